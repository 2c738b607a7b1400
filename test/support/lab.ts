// SPDX-License-Identifier: Apache-2.0
// The lab as tests use it: through `deploy/lab/lab`, ldapmodify and drvsctl, the doors that people have.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { attempt, run, type Outcome } from './command.js';
import { eventually } from './eventually.js';

/** Parts of the lab that run beside its nodes. */
export type LabPart = 'slapd' | 'postgres' | 'manager';

export interface LabProcess {
  readonly name: string;
  readonly nr: number;
  readonly endpoint: number | null;
  readonly node: string;
  readonly pid: number | null;
  readonly state: string;
  readonly stale?: boolean;
}
export interface LabVm {
  readonly name: string;
  readonly vmId: number;
  readonly state: string;
  readonly processes: readonly LabProcess[];
}
export interface LabNode {
  readonly name: string;
  readonly nodeId: number;
  readonly state: string;
}
export interface LabStatus {
  readonly nodes: readonly LabNode[];
  readonly vms: readonly LabVm[];
}

const REPOSITORY = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const LAB = join(REPOSITORY, 'deploy', 'lab', 'lab');
const SAMPLE = join(REPOSITORY, 'deploy', 'lab', 'sample.ldif');
/** Time for a change to go all the way, generous because the nodes are emulated. */
export const SETTLE_MS = 90_000;

/** The lab that is up. */
export class Lab {
  /** The lab's command. */
  static readonly program = LAB;

  private constructor(readonly env: Readonly<Record<string, string>>) {}

  /** Reads where the parts of the running lab are. */
  static async attach(): Promise<Lab> {
    const assignments = await run(LAB, ['env']);
    // The shell itself reads what it would be given, quoting included.
    const names = [...assignments.matchAll(/^(?:export )?([A-Z_]+)=/gm)].map((match) => match[1] ?? '');
    const script = `set -a; ${assignments}\nfor n in ${names.join(' ')}; do printf '%s=%s\\0' "$n" "\${!n}"; done`;
    const printed = await run('bash', ['-c', script]);
    const pairs = printed.split('\0').filter((pair) => pair !== '');
    return new Lab(
      Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)])),
    );
  }

  get base(): string {
    return this.variable('LDAP_BASE');
  }

  variable(name: string): string {
    const value = this.env[name];
    if (value === undefined) throw new Error(`lab env does not print ${name}`);
    return value;
  }

  command(...args: string[]): Promise<string> {
    return run(LAB, args, { timeoutMs: 300_000 });
  }

  /** Runs a program on a lab node. */
  exec(node: string, ...command: string[]): Promise<string> {
    return this.command('exec', node, '--', ...command);
  }

  tryExec(node: string, ...command: string[]): Promise<Outcome> {
    return attempt(LAB, ['exec', node, '--', ...command]);
  }

  async status(): Promise<LabStatus> {
    return JSON.parse(await this.command('status', '--json')) as LabStatus;
  }

  drvsctl(...args: string[]): Promise<Outcome> {
    return attempt(join(REPOSITORY, 'build', 'bin', 'drvsctl'), args, { env: { ...this.env } });
  }

  /** What the manager's API answers to a GET below the system. */
  async api(path: string): Promise<unknown> {
    const text = await run(
      'curl',
      [
        '--silent',
        '--show-error',
        '--fail-with-body',
        '--cacert',
        this.variable('DRVS_CA'),
        '--header',
        `@-`,
        `${this.variable('MANAGER_URL')}/api/v1/systems/lab/${path}`,
      ],
      { input: `Authorization: Bearer ${readFileSync(this.variable('DRVS_TOKEN_FILE'), 'utf8').trim()}\n` },
    );
    return JSON.parse(text);
  }

  private ldap(program: string, args: readonly string[], input?: string): Promise<Outcome> {
    return attempt(
      program,
      [
        '-H',
        this.variable('LDAP_URL'),
        '-x',
        '-D',
        this.variable('LDAP_BIND_DN'),
        '-y',
        this.variable('LDAP_PASSWORD_FILE'),
        ...args,
      ],
      { env: { ...this.env }, ...(input === undefined ? {} : { input }) },
    );
  }

  /** Applies LDIF change records (or, with `add`, plain entries) as the administrator. */
  async ldapmodify(ldif: string, options: { add?: boolean } = {}): Promise<void> {
    const outcome = await this.ldap('ldapmodify', options.add ? ['-a'] : [], ldif);
    if (outcome.status !== 0) throw new Error(`ldapmodify ended with ${outcome.status}: ${outcome.stderr}`);
  }

  async ldapdelete(dn: string, options: { recursive?: boolean } = {}): Promise<void> {
    const outcome = await this.ldap('ldapdelete', [...(options.recursive ? ['-r'] : []), dn]);
    if (outcome.status !== 0) throw new Error(`ldapdelete ended with ${outcome.status}: ${outcome.stderr}`);
  }

  /** DNs of the entries below `base` that match. */
  async search(filter: string, base = this.base): Promise<string[]> {
    const outcome = await this.ldap('ldapsearch', ['-LLL', '-o', 'ldif-wrap=no', '-b', base, filter, '1.1']);
    if (outcome.status !== 0) throw new Error(`ldapsearch ended with ${outcome.status}: ${outcome.stderr}`);
    return [...outcome.stdout.matchAll(/^dn: (.*)$/gm)].map((match) => match[1] ?? '');
  }

  nodeDn(node: string): string {
    return `cn=${node},ou=nodes,${this.base}`;
  }

  vmDn(vm: string): string {
    return `cn=${vm},ou=vms,${this.base}`;
  }

  /** LDIF of a launched process entry. */
  processEntry(options: { name: string; vm: string; nr: number; node: string; exec?: string }): string {
    return [
      `dn: cn=${options.name},${this.vmDn(options.vm)}`,
      'objectClass: drvsProcess',
      `cn: ${options.name}`,
      `drvsProcNr: ${options.nr}`,
      `drvsOnNode: ${this.nodeDn(options.node)}`,
      `drvsExec: ${options.exec ?? '/usr/bin/m3ipc serve'}`,
      '',
    ].join('\n');
  }

  /** The sample directory as `lab up` loads it. */
  sample(): string {
    return readFileSync(SAMPLE, 'utf8');
  }

  /** Waits until each node is in sync and each process of the sample bound, and returns that status. */
  settled(timeoutMs = SETTLE_MS): Promise<LabStatus> {
    return eventually({ what: 'every node in sync and every process bound', timeoutMs, everyMs: 500 }, async () => {
      const status = await this.status();
      const late = status.nodes.filter((node) => node.state !== 'InSync').map((node) => `${node.name} ${node.state}`);
      const unbound = processes(status).filter((process) => process.state !== 'bound' || process.pid === null);
      if (status.nodes.length === 0) throw new Error('no nodes yet');
      if (late.length > 0) throw new Error(`not in sync: ${late.join(', ')}`);
      if (unbound.length > 0) throw new Error(`not bound: ${unbound.map((process) => process.name).join(', ')}`);
      return status;
    });
  }
}

/** Every process of every VM. */
export function processes(status: LabStatus): LabProcess[] {
  return status.vms.flatMap((vm) => vm.processes);
}

/** pid of each process by VM and name: equal maps mean that nothing was disturbed. */
export function pids(status: LabStatus): Record<string, number | null> {
  return Object.fromEntries(
    status.vms.flatMap((vm) => vm.processes.map((process) => [`${vm.name}/${process.name}`, process.pid])),
  );
}
