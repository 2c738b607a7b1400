// SPDX-License-Identifier: Apache-2.0
// Answers a hello: is it the node it authenticated as, is it that node's only machine, and from where does it go on.
import { Injectable } from '@nestjs/common';
import { LEASE_SECONDS, LINK_CLOSE, LINK_VERSION } from '@drvs/contracts';
import type { DesiredNode } from '@drvs/contracts';
import { normalizeDn } from '@drvs/directory';
import { ConditionStore } from '../conditions/condition.store.js';
import { DesiredService } from '../topology/desired.service.js';
import { EpochStore } from '../topology/epoch.store.js';
import type { Observed } from '../topology/epoch.store.js';
import type { AgentSession, Hello, SessionRefusal, Welcome } from './agent-session.js';
import { AttemptLimiter } from './attempt-limiter.js';
import { ReplicaStore } from './replica.store.js';
import { Replica } from './replica.js';
import { SessionTokenStore } from './session-token.store.js';

const DUPLICATE = 'DuplicateIdentity';
/** Epochs that the word of one node may begin in an hour: after a restored backup it is one. */
const MAX_RISES = 3;
const RISE_WINDOW_MS = 60 * 60 * 1000;

@Injectable()
export class HelloService {
  private readonly rises = new AttemptLimiter(MAX_RISES, RISE_WINDOW_MS);

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
    const present = await this.observe(session, hello, node);
    if (present === undefined) return beyond(node, hello);
    const { epoch, revision } = present;
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

  /** Who would begin epochs again and again makes every agent take its document again each time: it may do so rarely. */
  private async observe(session: AgentSession, hello: Hello, node: DesiredNode): Promise<Observed | undefined> {
    const { system } = session.identity;
    const key = `${system} ${node.uuid}`;
    const mayRise = this.rises.blockedFor(key, session.lastFrameAt) === 0;
    const observed = await this.epochs.observe(system, hello.applied, mayRise);
    if (observed?.risen === true) this.rises.fail(key, session.lastFrameAt);
    return observed;
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

function beyond(node: DesiredNode, { applied }: Hello): SessionRefusal {
  const message =
    `${node.dn} says that it holds revision ${applied?.revision} of epoch ${applied?.epoch.counter}, which no database of ` +
    'this system can have given out: stop the agent, remove its last good documents (/var/lib/drvs), start it again';
  return { close: LINK_CLOSE.unauthorised, code: 'EpochBeyondReason', message };
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
