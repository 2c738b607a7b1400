// SPDX-License-Identifier: Apache-2.0
// The manager's API as functions. Every answer is checked against the contracts before anything is made of it.
import {
  auditViewSchema,
  changeViewSchema,
  heldOutcomeSchema,
  heldViewSchema,
  nodeViewSchema,
  operationViewSchema,
  page,
  planViewSchema,
  problemViewSchema,
  processViewSchema,
  revisionLdifSchema,
  revisionViewSchema,
  rollbackViewSchema,
  systemStatusSchema,
  topologyViewSchema,
  vmViewSchema,
  type AuditQuery,
  type AuditView,
  type ChangeRequest,
  type ChangeSet,
  type ChangeView,
  type HeldDecision,
  type HeldOutcome,
  type HeldView,
  type NodeView,
  type OperationRequest,
  type OperationView,
  type PlanView,
  type ProblemView,
  type ProcessView,
  type RevisionLdif,
  type RevisionView,
  type RollbackView,
  type SystemStatus,
  type TopologyView,
  type VmView,
} from '@drvs/contracts';
import type { z } from 'zod';
import { CliError, EXIT } from '../errors.js';
import type { Settings } from '../settings.js';
import { nearMatches } from './near-matches.js';
import { refusal } from './refusal.js';
import { Transport, type Request } from './transport.js';

/** A whole list and the revision it was read at. */
export interface Listing<Item> {
  readonly revision: string;
  readonly items: readonly Item[];
}

export type AuditFilter = Pick<AuditQuery, 'actor' | 'action' | 'outcome' | 'since' | 'until' | 'after'>;

export interface ProcessFilter {
  readonly vm?: string;
  readonly node?: string;
}

export class Client {
  readonly transport: Transport;

  constructor(readonly settings: Settings) {
    this.transport = new Transport(settings);
  }

  topology(): Promise<TopologyView> {
    return this.get('topology', topologyViewSchema);
  }

  status(): Promise<SystemStatus> {
    return this.get('status', systemStatusSchema);
  }

  nodes(): Promise<Listing<NodeView>> {
    return this.list('nodes', nodeViewSchema);
  }

  /** @throws CliError `NodeNotFound` with near matches */
  node(name: string): Promise<NodeView> {
    return this.named('node', name, () => this.nodes(), nodeViewSchema);
  }

  vms(): Promise<Listing<VmView>> {
    return this.list('vms', vmViewSchema);
  }

  /** @throws CliError `VmNotFound` with near matches */
  vm(name: string): Promise<VmView> {
    return this.named('vm', name, () => this.vms(), vmViewSchema);
  }

  /** Processes of a VM, on a node, or both; a filter that names nothing is an error, not an empty list. */
  async processes(filter: ProcessFilter): Promise<Listing<ProcessView>> {
    const listing = await this.list('processes', processViewSchema, { vm: filter.vm, node: filter.node });
    if (listing.items.length === 0) {
      if (filter.vm !== undefined) await this.vm(filter.vm);
      if (filter.node !== undefined) await this.node(filter.node);
    }
    return listing;
  }

  problems(): Promise<Listing<ProblemView>> {
    return this.list('problems', problemViewSchema);
  }

  revisions(most: number): Promise<Listing<RevisionView>> {
    return this.list('revisions', revisionViewSchema, {}, most);
  }

  /** Rows of the audit, newest first. */
  audit(filter: AuditFilter, most: number): Promise<Listing<AuditView>> {
    return this.list('audit', auditViewSchema, filter, most);
  }

  /** All rows of the audit, oldest first, read page by page. */
  auditFromOldest(filter: AuditFilter): AsyncGenerator<AuditView> {
    return this.eachOf('audit', auditViewSchema, { ...filter, order: 'asc' });
  }

  held(): Promise<HeldView> {
    return this.get('held', heldViewSchema);
  }

  /** @throws HeldChangedError when the hash is not that of the present held set */
  decideHeld(verb: 'confirm' | 'refuse', decision: HeldDecision): Promise<HeldOutcome> {
    return this.call({ method: 'POST', path: `held/${verb}`, body: decision }, heldOutcomeSchema);
  }

  revisionLdif(revision: string): Promise<RevisionLdif> {
    return this.get(`revisions/${encodeURIComponent(revision)}/ldif`, revisionLdifSchema);
  }

  /** The change set that leads back to a revision. */
  rollback(revision: string): Promise<RollbackView> {
    return this.get(`revisions/${encodeURIComponent(revision)}/rollback`, rollbackViewSchema);
  }

  /** What a change set would do now. */
  plan(changeSet: ChangeSet): Promise<PlanView> {
    return this.call({ method: 'POST', path: 'plan', body: changeSet }, planViewSchema);
  }

  /**
   * Writes a change set.
   *
   * @param key sent again with the same request, it is answered and not written again
   */
  change(request: ChangeRequest, key: string): Promise<ChangeView> {
    const headers = { 'idempotency-key': key };
    return this.call({ method: 'POST', path: 'changes', body: request, headers }, changeViewSchema);
  }

  operations(most: number): Promise<Listing<OperationView>> {
    return this.list('operations', operationViewSchema, {}, most);
  }

  operation(id: string): Promise<OperationView> {
    return this.get(`operations/${encodeURIComponent(id)}`, operationViewSchema);
  }

  /** Has a manager restart processes, or see a drain through. */
  begin(request: OperationRequest): Promise<OperationView> {
    return this.call({ method: 'POST', path: 'operations', body: request }, operationViewSchema);
  }

  turnOperation(id: string, verb: 'resume' | 'stop'): Promise<OperationView> {
    const path = `operations/${encodeURIComponent(id)}/${verb}`;
    return this.call({ method: 'POST', path, body: {} }, operationViewSchema);
  }

  private async named<Item extends { name: string }>(
    kind: 'node' | 'vm',
    name: string,
    all: () => Promise<Listing<Item>>,
    schema: z.ZodType<Item>,
  ): Promise<Item> {
    try {
      return await this.get(`${kind}s/${encodeURIComponent(name)}`, schema);
    } catch (error) {
      if (!(error instanceof CliError) || error.exit !== EXIT.notFound) throw error;
      throw notFound(kind, name, (await all()).items);
    }
  }

  /** Follows `next` until the list ends or `most` items are there. */
  private async list<Item>(
    path: string,
    item: z.ZodType<Item>,
    query: Request['query'] = {},
    most = Number.POSITIVE_INFINITY,
  ): Promise<Listing<Item>> {
    const limit = Number.isFinite(most) ? String(most) : undefined;
    const items: Item[] = [];
    let revision = '0';
    for await (const part of this.pages(path, item, { ...query, limit })) {
      revision = part.revision;
      items.push(...part.items);
      if (items.length >= most) break;
    }
    return { revision, items: items.slice(0, most) };
  }

  private async *eachOf<Item>(path: string, item: z.ZodType<Item>, query: Request['query']): AsyncGenerator<Item> {
    for await (const part of this.pages(path, item, { ...query, limit: '1000' })) yield* part.items;
  }

  private async *pages<Item>(
    path: string,
    item: z.ZodType<Item>,
    query: Request['query'],
  ): AsyncGenerator<Listing<Item>> {
    const schema = page(item);
    for (let cursor: string | undefined; ;) {
      const part = await this.call({ method: 'GET', path, query: { ...query, cursor } }, schema);
      yield part;
      if (part.next === null) return;
      if (part.next === cursor) throw notUnderstood(path, 'next: the same page again');
      cursor = part.next;
    }
  }

  private get<Value>(path: string, schema: z.ZodType<Value>): Promise<Value> {
    return this.call({ method: 'GET', path }, schema);
  }

  private async call<Value>(request: Request, schema: z.ZodType<Value>): Promise<Value> {
    const answer = await this.transport.request(request);
    if (answer.status < 200 || answer.status > 299) throw refusal(answer, this.settings);
    let json: unknown;
    try {
      json = JSON.parse(answer.body);
    } catch {
      throw notUnderstood(request.path, 'not JSON');
    }
    const parsed = schema.safeParse(json);
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    throw notUnderstood(request.path, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'wrong shape'}`);
  }
}

/** The answer does not fit the contract: another version, or not a manager at all. */
export function notUnderstood(path: string, why: string): CliError {
  return new CliError(
    'NotUnderstood',
    EXIT.protocol,
    `the manager's answer to ${path} is not understood: ${why}`,
    'manager and drvsctl may be of different releases: compare drvsctl version with the manager',
  );
}

/** There is no such object: with the names that may have been meant, or those there are. */
export function notFound(kind: 'node' | 'vm' | 'process', name: string, known: readonly { name: string }[]): CliError {
  const word = kind === 'vm' ? 'VM' : kind;
  const names = known.map((item) => item.name);
  const near = nearMatches(name, names);
  const remedy =
    near.length > 0
      ? `did you mean ${near.join(' or ')}?`
      : names.length > 0
        ? `there are: ${names.slice(0, 10).join(', ')}${names.length > 10 ? ', ...' : ''}`
        : `the directory has no ${word} yet`;
  const codes = { node: 'NodeNotFound', vm: 'VmNotFound', process: 'ProcessNotFound' };
  return new CliError(codes[kind], EXIT.notFound, `there is no ${word} ${name}`, remedy);
}
