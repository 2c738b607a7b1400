// SPDX-License-Identifier: Apache-2.0
// The agent put together. Start-up reads as a list; each step reaches as far as it can with what answers.
import { CAPABILITIES, type NodeDocument, type PlacedDocument } from '@drvs/contracts';
import { canonicalDigest, digest } from '@drvs/directory';
import type { ServiceManager } from '@drvs/m3ipc-node';
import type { Logger } from 'pino';
import { HostFactsReader } from './actual/host-facts.js';
import { readKernel, type NodeKernel } from './actual/kernel-reader.js';
import { readUnits } from './actual/unit-reader.js';
import type { Actual } from './actual/actual.js';
import { type AgentError, errorCode, errorSentence } from './agent-error.js';
import { Backoff } from './apply/backoff.js';
import { createExecutors, execute } from './apply/executors.js';
import { Runner, type Turn } from './apply/runner.js';
import type { Systemd } from './apply/systemd.js';
import type { Clock } from './clock.js';
import type { AgentConfig } from './config.js';
import { Audit } from './desired/audit.js';
import { DesiredState, GRACE_MS, type InForce } from './desired/desired-state.js';
import { DirectoryReader } from './desired/directory-reader.js';
import { ALONE_MS, AUDIT_MS, AUDIT_RETRY_MS, DirectoryWatch, RECHECK_MS, RETRY_MS } from './desired/directory-watch.js';
import { Keeper } from './desired/keeper.js';
import { LastGoodStore, fromManager, fromReading } from './desired/last-good.js';
import { ManagerSession, type ManagerRequest } from './desired/manager-session.js';
import { Orders } from './desired/orders.js';
import { AGENT_VERSION, type Identity } from './identity.js';
import { isDestructive } from './plan/step.js';
import { Conditions } from './report/conditions.js';
import { Journals } from './report/journals.js';
import { KernelEvents } from './report/kernel-events.js';
import { serveLocally } from './report/local-server.js';
import { Metrics } from './report/metrics.js';
import { failedUnits } from './report/node-events.js';
import { notePlan } from './report/plan-conditions.js';
import { Reporter } from './report/reporter.js';
import { objectResults } from './report/results.js';
import { nodeStatus } from './report/status.js';

export interface AgentParts {
  readonly config: AgentConfig;
  readonly identity: Identity;
  readonly password: () => Promise<string>;
  readonly kernel: NodeKernel;
  readonly systemd: Systemd;
  readonly serviceManager: ServiceManager;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Where the last good document is kept. */
  readonly stateFolder: string;
  /** Path of the local socket. */
  readonly socket: string;
}

/** A turn that takes longer than this is stuck, and so is the agent. */
const STUCK_MS = 120_000;

/** So many audits that fail in a row are a condition even while a manager is there. */
const FAILED_AUDITS = 3;

export class Agent {
  private readonly conditions: Conditions;
  private readonly metrics = new Metrics();
  private readonly backoff = new Backoff();
  private readonly hostFacts: HostFactsReader;
  private readonly desired: DesiredState;
  private readonly audit = new Audit();
  private readonly keeper: Keeper;
  private readonly orders: Orders;
  private readonly reader: DirectoryReader;
  private readonly watch: DirectoryWatch;
  private readonly session: ManagerSession;
  private readonly reporter: Reporter;
  private readonly runner: Runner<InForce>;
  private readonly kernelEvents: KernelEvents;
  private readonly journals = new Journals((frame) => this.session.send(frame));
  private lastTurn: Turn<InForce> | undefined;
  private ready = false;
  /** Readings of the directory that have failed in a row. */
  private failedReadings = 0;
  private readonly closers: (() => unknown)[] = [];

  constructor(private readonly parts: AgentParts) {
    const { config, identity, kernel, clock } = parts;
    const { systemBase, nodeDn } = config;
    this.conditions = new Conditions(clock);
    this.hostFacts = new HostFactsReader(clock);
    this.desired = new DesiredState(config);
    const store = new LastGoodStore(parts.stateFolder, { systemBase, nodeDn, machineId: identity.machineId });
    this.keeper = new Keeper(store, this.conditions, parts.logger);
    this.orders = this.createOrders();
    this.reader = new DirectoryReader(config, parts.password);
    this.watch = this.createWatch();
    this.session = this.createSession();
    this.reporter = new Reporter((frame) => this.session.send(frame));
    this.runner = this.createRunner();
    this.kernelEvents = new KernelEvents(kernel, (events) => {
      this.reporter.happened(events);
      this.runner.trigger();
    });
  }

  /** Starts everything; resolves when the first look at the directory has ended. */
  async start(): Promise<void> {
    await this.openLocalSocket();
    await this.recall();
    this.watchNode();
    this.say('reading the directory');
    const looked = this.watch.look();
    // Where managers are is known from the last good document, or only from the directory.
    if (!this.desired.newest) await looked;
    this.session.start();
    await looked;
    this.runner.trigger();
  }

  /** Reads LDAP now, for an administrator who does not want to wait for the next audit. */
  lookAgain(): Promise<void> {
    return this.watch.look();
  }

  /** Ends the agent and nothing else: what runs goes on. */
  async stop(): Promise<void> {
    this.parts.serviceManager.notify('STOPPING=1');
    this.session.close();
    this.journals.close();
    this.watch.close();
    this.keeper.close();
    this.reporter.close();
    await this.runner.stop();
    for (const close of this.closers) await close();
    this.kernelEvents.close();
    this.parts.systemd.close();
    await this.reader.close();
  }

  private async openLocalSocket(): Promise<void> {
    const server = await serveLocally(this.parts.socket, {
      health: () => this.fault(),
      metrics: () => this.metrics.text(this.parts.config.ldapCa),
      status: () => this.currentStatus() ?? { conditions: this.conditions.list() },
    });
    this.closers.push(() => server.close());
  }

  private async recall(): Promise<void> {
    const document = await this.keeper.recall();
    if (document) this.desired.remember(document);
    await this.orders.load();
  }

  private watchNode(): void {
    this.parts.systemd.onChange(() => this.runner.trigger());
    const beat = setInterval(() => this.beat(), (this.parts.serviceManager.watchdogMs ?? 30_000) / 3);
    this.closers.push(() => clearInterval(beat));
  }

  private beat(): void {
    if (this.fault() === undefined) this.parts.serviceManager.notify('WATCHDOG=1');
  }

  private fault(): string | undefined {
    const stuck = this.runner.stuckFor();
    return stuck > STUCK_MS ? `a turn has been running for ${Math.round(stuck / 1000)} s` : undefined;
  }

  private createWatch(): DirectoryWatch {
    return new DirectoryWatch({
      read: () => this.reader.read(this.desired.managerDocument?.document.losers ?? []),
      pause: (failed) => this.directoryPause(failed),
      onRead: (document) => this.directoryRead(document),
      onFailure: (error) => this.directoryFailed(error),
    });
  }

  private directoryPause(failed: boolean): number {
    if (this.desired.isAlone(this.parts.clock.elapsed())) return failed ? RETRY_MS : ALONE_MS;
    if (failed) return AUDIT_RETRY_MS;
    return this.audit.doubtful ? RECHECK_MS : AUDIT_MS;
  }

  private directoryRead(document: NodeDocument): void {
    this.failedReadings = 0;
    this.conditions.clear('DirectoryUnavailable');
    const known = JSON.stringify(this.desired.newest?.document.managers);
    this.desired.read(document, digest(document));
    if (JSON.stringify(document.managers) !== known) this.session.retrySoon();
    this.compareWithManager(document);
    if (!this.desired.managerDocument) void this.keeper.keep(fromReading(document, digest(document)));
    this.runner.trigger();
  }

  /** A difference from the manager's word is a condition, never an action. */
  private compareWithManager(document: NodeDocument): void {
    const alone = this.desired.isAlone(this.parts.clock.elapsed());
    const paths = this.audit.compare(alone ? undefined : this.desired.managerDocument?.document, document);
    const message = `the manager's document and LDAP differ in ${paths?.join(', ')}`;
    this.conditions.hold('DirectoryDiffers', paths && { reason: 'AuditFoundDifferences', message });
  }

  private directoryFailed(error: unknown): void {
    const message = errorSentence(error);
    this.parts.logger.warn({ code: errorCode(error) }, `directory: ${message}`);
    this.failedReadings++;
    // With a manager, one audit that fails tells nothing about this node.
    if (this.desired.isAlone(this.parts.clock.elapsed()) || this.failedReadings >= FAILED_AUDITS) {
      this.conditions.set('DirectoryUnavailable', errorCode(error), message);
    }
    this.runner.trigger();
    this.say(this.waitingFor());
  }

  private createSession(): ManagerSession {
    const { config, identity, password } = this.parts;
    return new ManagerSession({
      nodeDn: config.nodeDn,
      password,
      insecure: config.insecure,
      places: () => this.desired.newest?.document.managers ?? { urls: [], cas: [] },
      hello: () => ({
        machineId: identity.machineId,
        bootId: identity.bootId,
        agentVersion: AGENT_VERSION,
        moduleVersion: this.moduleVersion(),
        applied: this.applied(),
        capabilities: Object.values(CAPABILITIES),
      }),
      applied: () => this.applied(),
      onWelcome: () => this.sessionBegan(),
      onDesired: (placed, sent) => this.desiredCame(placed, sent),
      onRequest: (request) => this.requested(request),
      onEnd: (why, lived) => this.sessionEnded(why, lived),
    });
  }

  private moduleVersion(): string | null {
    const { module } = readKernel(this.parts.kernel);
    return module.ready ? module.version : null;
  }

  private applied(): { epoch: PlacedDocument['epoch']; revision: string; digest: string } | null {
    const placed = this.desired.managerDocument;
    return placed ? { epoch: placed.epoch, revision: placed.revision, digest: placed.digest } : null;
  }

  private sessionBegan(): void {
    this.parts.logger.info('manager session began');
    this.metrics.sessionLives(true);
    this.conditions.clear('ManagerUnavailable');
    this.desired.sessionBegan();
    this.reporter.sessionBegan();
  }

  private requested(request: ManagerRequest): void {
    switch (request.type) {
      case 'command': {
        const answer = this.orders.obey(request.id, request.action, this.desired.managerDocument?.document);
        this.parts.logger.info({ action: request.action, ...answer }, 'command of the manager');
        this.session.send({ type: 'outcome', id: request.id, ...answer });
        this.runner.trigger();
        break;
      }
      case 'elsewhere':
        this.orders.hear(request.processes);
        this.runner.trigger();
        break;
      default:
        this.journals.hear(request);
    }
  }

  private desiredCame(placed: PlacedDocument, sent: unknown): void {
    if (canonicalDigest(sent) !== placed.digest) {
      this.session.restart(`document of revision ${placed.revision} does not have the digest it came with`);
      return;
    }
    const offer = this.desired.offer(placed);
    if (!offer.accepted) {
      this.parts.logger.warn({ code: offer.code }, offer.message);
      this.conditions.set(offer.code, offer.code, offer.message);
      return;
    }
    this.conditions.clear('StaleDocument');
    this.parts.logger.info({ revision: placed.revision, epoch: placed.epoch.counter }, 'document of the manager');
    void this.keeper.keep(fromManager(placed));
    this.runner.trigger();
  }

  private sessionEnded(why: AgentError, lived: boolean): void {
    this.parts.logger.warn({ code: why.code }, `manager: ${why.sentence}`);
    this.metrics.sessionLives(false);
    this.conditions.set('ManagerUnavailable', why.code, why.sentence);
    this.desired.sessionEnded(this.parts.clock.elapsed());
    this.orders.hear(undefined);
    this.journals.close();
    if (lived) this.watch.within(GRACE_MS);
    this.say(this.waitingFor());
  }

  private createRunner(): Runner<InForce> {
    const { clock, kernel, systemd, config } = this.parts;
    const nodeName = config.nodeDn.split(/[=,]/)[1] ?? '';
    const executors = createExecutors(kernel, systemd, nodeName, (step, error) => {
      this.backoff.refute(step, { code: errorCode(error), message: errorSentence(error) });
      this.runner.trigger();
    });
    return new Runner<InForce>({
      clock,
      backoff: this.backoff,
      readDesired: () => this.inForce(),
      readActual: (desired) => this.readActual(desired.document),
      execute: async (step) => {
        const ends = isDestructive(step) ? step.ends : [];
        this.parts.logger.info({ step: step.kind, object: step.object, ends }, `${step.kind} ${step.object}`);
        await execute(executors, step);
        this.orders.done(step);
      },
      onTurn: (turn) => this.turned(turn),
      onFailure: (error) => this.turnFailed(error),
    });
  }

  private inForce(): InForce | undefined {
    const current = this.desired.current(this.parts.clock.elapsed());
    return current && this.orders.join(current);
  }

  private createOrders(): Orders {
    const { stateFolder: folder, identity, clock, logger } = this.parts;
    const onKeepFailed = (error: unknown): void =>
      logger.warn({ code: errorCode(error) }, `the drain's start cannot be kept: ${errorSentence(error)}`);
    return new Orders({ folder, bootId: identity.bootId, clock, onKeepFailed });
  }

  private async readActual(document: NodeDocument): Promise<Actual> {
    const { kernel, systemd, config } = this.parts;
    const [units, host] = await Promise.all([readUnits(systemd), this.hostFacts.read(document, config.allowUsers[0])]);
    this.kernelEvents.ensure();
    return { ...readKernel(kernel), units, host };
  }

  private turned(turn: Turn<InForce>): void {
    const failed = failedUnits(this.lastTurn?.actual.units ?? [], turn.actual.units, turn.endedAt);
    if (failed.length > 0) this.reporter.happened(failed);
    this.lastTurn = turn;
    this.metrics.turned(turn);
    this.conditions.clear('TurnFailed');
    notePlan(turn.plan, this.conditions);
    const status = this.currentStatus();
    if (!status) return;
    this.metrics.stands(status);
    this.reporter.report({
      status,
      results: objectResults(turn, this.backoff, this.parts.clock),
      placed: turn.desired.placed,
    });
    // A turn that did something is followed by another: ready is who has nothing more to do at once.
    if (turn.done.length === 0) this.becomeReady();
  }

  private turnFailed(error: unknown): void {
    this.metrics.turnFailed();
    this.conditions.set('TurnFailed', errorCode(error), errorSentence(error));
    this.parts.logger.error({ code: errorCode(error) }, `turn: ${errorSentence(error)}`);
    this.say(errorSentence(error));
  }

  private currentStatus(): ReturnType<typeof nodeStatus> | undefined {
    const turn = this.lastTurn;
    if (!turn) return undefined;
    return nodeStatus(
      turn,
      objectResults(turn, this.backoff, this.parts.clock),
      this.conditions.list(),
      this.parts.identity.kernel,
    );
  }

  /** What the agent lacks, for `systemctl status`. */
  private waitingFor(): string {
    const missing = this.conditions.list().map(({ type, message }) => `${type}: ${message}`);
    const acting = this.desired.current(this.parts.clock.elapsed())?.acting;
    if (!acting) return `waiting for a first document; ${missing.join('; ')}`;
    return missing.length > 0 ? `acting on ${acting}; ${missing.join('; ')}` : `acting on ${acting}`;
  }

  private becomeReady(): void {
    this.say(this.waitingFor());
    if (this.ready) return;
    this.ready = true;
    this.parts.serviceManager.notify('READY=1');
    this.parts.logger.info('ready');
  }

  private say(text: string): void {
    this.parts.serviceManager.notify(`STATUS=${text.replaceAll('\n', ' ').slice(0, 400)}`);
  }
}
