// SPDX-License-Identifier: Apache-2.0
// The agent's own reading of LDAP: whole, bounded, with the node's credentials.
import { readFile } from 'node:fs/promises';
import type { NodeDocument } from '@drvs/contracts';
import { openDirectory, parse, project, type LdapDirectory, type LoserName } from '@drvs/directory';
import { AgentError } from '../agent-error.js';
import type { AgentConfig } from '../config.js';

/** More entries than a node could ever hold are an error of the directory, not work. */
const MAX_ENTRIES = 50_000;
const OPERATION_TIMEOUT_MS = 5_000;

export class DirectoryReader {
  private directory: LdapDirectory | undefined;

  constructor(
    private readonly config: AgentConfig,
    /** Asked for at every bind, so that a rotated password is picked up. */
    private readonly password: () => Promise<string>,
  ) {}

  /**
   * Reads what this node may see and projects its part. `losers` are entries that the manager's last document named as
   * having lost an id. Rejects with a DirectoryError or AgentError that says what is missing.
   */
  async read(losers: readonly LoserName[]): Promise<NodeDocument> {
    const { systemBase, nodeDn } = this.config;
    this.directory ??= await this.open();
    const entries = await this.directory.search(systemBase, { scope: 'sub', sizeLimit: MAX_ENTRIES });
    const parsed = parse(entries, undefined, { baseDn: systemBase, losers });
    const document = project(parsed.topology, nodeDn, parsed.losers);
    if (document) return document;
    const problem = parsed.problems.find(({ dn }) => dn.toLowerCase() === nodeDn.toLowerCase());
    throw new AgentError(
      'NodeEntryUnusable',
      problem ? `${nodeDn}: ${problem.message}` : `the directory shows no usable entry ${nodeDn} below ${systemBase}`,
      problem?.remedy ?? 'create it with drvsNodeId, or correct nodeDn in agent.conf',
    );
  }

  async close(): Promise<void> {
    await this.directory?.close();
    this.directory = undefined;
  }

  private async open(): Promise<LdapDirectory> {
    const { ldapUrl, ldapCa, nodeDn } = this.config;
    return openDirectory({
      urls: ldapUrl,
      bindDn: nodeDn,
      password: this.password,
      ...(ldapCa && { ca: await readFile(ldapCa, 'utf8') }),
      operationTimeoutMs: OPERATION_TIMEOUT_MS,
    });
  }
}
