// SPDX-License-Identifier: Apache-2.0
// What tests do with a directory, whichever server serves it.
import { run } from './command.js';

export abstract class TestDirectory {
  readonly suffix = 'dc=drvs,dc=example';
  readonly base = `ou=drvs,${this.suffix}`;
  /** Who writes. */
  abstract readonly adminDn: string;
  abstract readonly adminPassword: string;
  /** Who follows. */
  abstract readonly managerDn: string;
  abstract readonly managerPassword: string;
  /** `ldap://` URL on loopback. */
  abstract readonly url: string;

  /** Stops the server as an administrator would, and starts it again on the same data and port. */
  abstract restart(): Promise<void>;
  /** Stops the server and removes everything of it. */
  abstract close(): Promise<void>;

  nodeDn(node: string): string {
    return `cn=${node},ou=nodes,${this.base}`;
  }

  vmDn(vm: string): string {
    return `cn=${vm},ou=vms,${this.base}`;
  }

  /** LDIF of a node entry. */
  nodeEntry(name: string, nodeId: number, lines: readonly string[] = []): string {
    const own = ['objectClass: device', 'objectClass: drvsNode', `cn: ${name}`, `drvsNodeId: ${nodeId}`];
    return [`dn: ${this.nodeDn(name)}`, ...own, ...lines, '', ''].join('\n');
  }

  /** LDIF of a VM entry. */
  vmEntry(name: string, vmId: number, nodes: readonly string[], lines: readonly string[] = []): string {
    const own = ['objectClass: drvsVm', `cn: ${name}`, `drvsVmId: ${vmId}`];
    const spans = nodes.map((node) => `drvsSpansNode: ${this.nodeDn(node)}`);
    return [`dn: ${this.vmDn(name)}`, ...own, ...spans, ...lines, '', ''].join('\n');
  }

  /** LDIF of a launched process entry. */
  processEntry(vm: string, name: string, nr: number, node: string, lines: readonly string[] = []): string {
    const own = ['objectClass: drvsProcess', `cn: ${name}`, `drvsProcNr: ${nr}`, `drvsOnNode: ${this.nodeDn(node)}`];
    const exec = lines.some((line) => line.startsWith('drvsExec')) ? [] : ['drvsExec: /usr/bin/m3ipc serve'];
    return [`dn: cn=${name},${this.vmDn(vm)}`, ...own, ...exec, ...lines, '', ''].join('\n');
  }

  /** Adds LDIF entries as the administrator. */
  async add(ldif: string): Promise<void> {
    await this.tool('ldapmodify', ['-a'], ldif);
  }

  /** Applies LDIF change records as the administrator. */
  async modify(ldif: string): Promise<void> {
    await this.tool('ldapmodify', [], ldif);
  }

  async delete(dn: string, options: { readonly recursive?: boolean } = {}): Promise<void> {
    await this.tool('ldapdelete', [...(options.recursive ? ['-r'] : []), dn]);
  }

  async rename(dn: string, newRdn: string): Promise<void> {
    await this.tool('ldapmodrdn', ['-r', dn, newRdn]);
  }

  /** Runs one of ldap-utils as the administrator; gives what it printed, throws what it complained about. */
  tool(program: string, args: readonly string[], input = ''): Promise<string> {
    return run(program, ['-x', '-H', this.url, '-D', this.adminDn, '-w', this.adminPassword, ...args], { input });
  }
}
