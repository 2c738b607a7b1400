// SPDX-License-Identifier: Apache-2.0
// Answers a hello: is it the node it authenticated as, is it that node's only machine, and from where does it go on.
import { Injectable } from '@nestjs/common';
import { LEASE_SECONDS, LINK_CLOSE, LINK_VERSION } from '@drvs/contracts';
import type { DesiredNode } from '@drvs/contracts';
import { normalizeDn } from '@drvs/directory';
import { ConditionStore } from '../conditions/condition.store.js';
import { DesiredService } from '../topology/desired.service.js';
import { EpochStore } from '../topology/epoch.store.js';
import type { AgentSession, Hello, SessionRefusal, Welcome } from './agent-session.js';
import { ReplicaStore } from './replica.store.js';
import { Replica } from './replica.js';
import { SessionTokenStore } from './session-token.store.js';

const DUPLICATE = 'DuplicateIdentity';

@Injectable()
export class HelloService {
  constructor(
    private readonly desired: DesiredService,
    private readonly tokens: SessionTokenStore,
    private readonly conditions: ConditionStore,
    private readonly epochs: EpochStore,
    private readonly replicas: ReplicaStore,
    private readonly replica: Replica,
  ) {}

  /** @param holder another live session of the same node on this replica */
  async answer(
    session: AgentSession,
    hello: Hello,
    holder: AgentSession | undefined,
  ): Promise<Welcome | SessionRefusal> {
    const { system, token } = session.identity;
    const node = this.desired.find(system)?.nodeByUuid(session.node.uuid);
    const stranger = checkIdentity(session, hello, node);
    if (stranger !== undefined || node === undefined) return stranger ?? gone(session);
    const other = holder?.hello?.machineId ?? (await this.machineElsewhere(system, node.uuid));
    const expected = node.machineId ?? other ?? hello.machineId;
    if (expected !== hello.machineId) return this.refuseDuplicate(system, node, hello, expected);
    await this.conditions.clear(system, `node:${node.uuid}`, DUPLICATE);
    const { epoch, revision } = await this.epochs.observe(system, hello.applied);
    if (this.desired.find(system)?.epoch.uuid !== epoch.uuid) await this.desired.refresh(system);
    return {
      type: 'welcome',
      linkVersion: LINK_VERSION,
      sessionToken: token?.secret ?? (await this.tokens.issue(system, node, hello.machineId)),
      leaseSeconds: LEASE_SECONDS,
      epoch,
      revision,
    };
  }

  private async machineElsewhere(system: string, nodeUuid: string): Promise<string | undefined> {
    const holder = await this.replicas.findHolder(system, nodeUuid);
    return holder?.replica === this.replica.id ? undefined : holder?.machineId;
  }

  private async refuseDuplicate(
    system: string,
    node: DesiredNode,
    hello: Hello,
    expected: string,
  ): Promise<SessionRefusal> {
    const message =
      `machine ${hello.machineId} came as ${node.dn}, which is machine ${expected}: a cloned disk? Give the clone an entry, ` +
      'a password and a machine id (systemd-machine-id-setup) of its own, or stop the other machine';
    const reason = node.machineId === undefined ? 'TwoMachines' : 'MachineIdDiffers';
    await this.conditions.set(system, `node:${node.uuid}`, { type: DUPLICATE, status: 'true', reason, message });
    return { close: LINK_CLOSE.duplicateIdentity, code: DUPLICATE, message };
  }
}

function gone(session: AgentSession): SessionRefusal {
  const message = `${session.node.dn} is no longer a node of '${session.identity.system}'`;
  return { close: LINK_CLOSE.unauthorised, code: 'NodeGone', message };
}

function checkIdentity(session: AgentSession, hello: Hello, node: DesiredNode | undefined): SessionRefusal | undefined {
  const { token } = session.identity;
  if (node === undefined) return gone(session);
  if (normalizeDn(hello.nodeDn) !== node.dn) {
    const message = `hello names ${hello.nodeDn}, but the credentials are those of ${node.dn}`;
    return { close: LINK_CLOSE.unauthorised, code: 'WrongNode', message };
  }
  if (token !== undefined && token.machineId !== hello.machineId) {
    const message = 'the session token was given to another machine: come with DN and password';
    return { close: LINK_CLOSE.unauthorised, code: 'TokenOfAnotherMachine', message };
  }
  return undefined;
}
