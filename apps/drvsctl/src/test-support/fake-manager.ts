// SPDX-License-Identifier: Apache-2.0
// A manager of a test: a real HTTP(S) server on loopback that serves bodies the contracts accept.
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import type {
  ApiEvent,
  ChangeView,
  HeldView,
  NodeView,
  OperationView,
  PlanView,
  ProblemView,
  ProcessView,
  SystemStatus,
  TopologyView,
  VmView,
} from '@drvs/contracts';

export const TOKEN = 'drvs-test-token';

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: unknown;
}

/** What a route answers: a status with a JSON body, or whatever it does with the response itself. */
export type Route = (seen: Seen, response: http.ServerResponse) => { status: number; body: unknown } | undefined;

export class FakeManager {
  readonly seen: Seen[] = [];
  private constructor(
    private readonly server: http.Server,
    private readonly scheme: string,
  ) {}

  /** @param routes by `METHOD path` below /api/v1/systems/lab/ */
  static async start(routes: Record<string, Route>, tls?: { key: string; cert: string }): Promise<FakeManager> {
    const handle = (request: http.IncomingMessage, response: http.ServerResponse) => {
      void readBody(request).then((body) => manager.answer(routes, request, body, response));
    };
    const server = tls === undefined ? http.createServer(handle) : https.createServer(tls, handle);
    const manager = new FakeManager(server, tls === undefined ? 'http' : 'https');
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return manager;
  }

  get url(): string {
    return `${this.scheme}://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private answer(
    routes: Record<string, Route>,
    request: http.IncomingMessage,
    text: string,
    response: http.ServerResponse,
  ): void {
    const url = new URL(request.url ?? '/', this.url);
    const path = url.pathname.replace('/api/v1/systems/lab/', '');
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    const seen = { method: request.method ?? '', path, query: url.searchParams, headers: request.headers, body };
    this.seen.push(seen);
    if (request.headers.authorization !== `Bearer ${TOKEN}`) {
      send(response, 401, apiError(401, 'TokenUnknown', 'Unauthorized'));
      return;
    }
    const route = routes[`${seen.method} ${path}`];
    const answer =
      route === undefined ? { status: 404, body: apiError(404, 'NotFound', 'Not found') } : route(seen, response);
    if (answer !== undefined) send(response, answer.status, answer.body);
  }
}

export const ok =
  (body: unknown): Route =>
  () => ({ status: 200, body });

export function apiError(status: number, code: string, title: string) {
  return { type: `urn:drvs:problem:${code}`, title, status, code };
}

/** Writes events the way the manager does: an id, the kind, one line of JSON. */
export function sendEvents(response: http.ServerResponse, events: readonly ApiEvent[]): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.flushHeaders();
  for (const event of events) {
    response.write(`id: ${event.id}\nevent: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`);
  }
}

function send(response: http.ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

async function readBody(request: http.IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk as string;
  return text;
}

/** A plan of one operation that ends nothing. */
export function planView(over: Partial<PlanView> = {}): PlanView {
  return {
    id: 'plan-1',
    revision: '7',
    operations: 1,
    faults: [],
    problems: [],
    objects: [{ kind: 'vm', op: 'modify', dn: 'cn=orders,ou=vms,ou=drvs,dc=drvs,dc=example' }],
    nodes: [],
    effects: { processesEnded: 0, placementsRemoved: 0, nodesRemoved: 0 },
    ends: [],
    destructive: false,
    ...over,
  };
}

/** A change of one operation that is written, and is revision 8. */
export function changeView(over: Partial<ChangeView> = {}): ChangeView {
  return {
    id: 'c-1',
    state: 'done',
    actor: 'token:ana',
    reason: null,
    at: '2026-01-01T12:00:00.000Z',
    operations: 1,
    written: 1,
    revision: '8',
    message: null,
    ...over,
  };
}

export function processView(over: Partial<ProcessView> = {}): ProcessView {
  return {
    vm: 'orders',
    vmId: 10,
    name: 'server1',
    nr: 1,
    node: 'node1',
    kind: 'launched',
    desired: true,
    held: false,
    invalid: false,
    state: 'bound',
    stale: false,
    endpoint: 1,
    pid: 612,
    unit: 'drvs-10-p1.service',
    activity: 'receiving',
    messagesSent: 42,
    ...over,
  };
}

export function vmView(over: Partial<VmView> = {}): VmView {
  return {
    name: 'orders',
    vmId: 10,
    dn: 'cn=orders,ou=vms,ou=drvs,dc=drvs,dc=example',
    adminState: 'running',
    state: 'up',
    held: false,
    invalid: false,
    spans: ['node1', 'node2'],
    nodes: [
      { node: 'node1', state: 'up', stale: false },
      { node: 'node2', state: 'up', stale: false },
    ],
    processes: [processView(), processView({ name: 'client1', nr: 2, endpoint: 2, pid: 613 })],
    ...over,
  };
}

export function nodeView(over: Partial<NodeView> = {}): NodeView {
  return {
    name: 'node1',
    nodeId: 1,
    dn: `cn=${over.name ?? 'node1'},ou=nodes,ou=drvs,dc=drvs,dc=example`,
    adminState: 'active',
    state: 'InSync',
    held: false,
    invalid: false,
    addresses: ['10.77.0.11'],
    lastSeen: '2026-01-01T12:00:00.000Z',
    desiredRevision: '7',
    appliedRevision: '7',
    inSync: true,
    kernelNodeId: 1,
    nodeIdSource: 'boot',
    agentVersion: '0.1.0',
    moduleVersion: '0.1.0',
    kernel: '6.1.0-amd64',
    bootId: 'boot-1',
    acting: 'manager',
    conditions: [],
    ...over,
  };
}

export function topologyView(over: Partial<TopologyView> = {}): TopologyView {
  return {
    system: 'lab',
    base: 'ou=drvs,dc=drvs,dc=example',
    revision: '7',
    epoch: { counter: 1, uuid: '00000000-0000-4000-8000-000000000001' },
    follower: { state: 'current', rung: 'refreshAndPersist', stalenessSeconds: 0, message: null },
    problems: 0,
    held: 0,
    nodes: [nodeView(), nodeView({ name: 'node2', nodeId: 2, kernelNodeId: 2, state: 'Unknown' })],
    vms: [vmView()],
    ...over,
  };
}

export function heldView(over: Partial<HeldView> = {}): HeldView {
  return {
    hash: 'hash-1',
    since: '2026-01-01T12:00:00.000Z',
    reason: 'all 2 VMs would vanish',
    effects: { processesEnded: 2, placementsRemoved: 2, nodesRemoved: 0 },
    items: [
      {
        kind: 'vm',
        dn: 'cn=orders,ou=vms,ou=drvs,dc=drvs,dc=example',
        name: 'orders',
        change: 'delete',
        bound: [{ vm: 'orders', name: 'server1', nr: 1, node: 'node1' }],
      },
    ],
    ...over,
  };
}

export function systemStatus(over: Partial<SystemStatus> = {}): SystemStatus {
  return {
    system: 'lab',
    revision: '7',
    storedRevision: '7',
    epoch: { counter: 2, uuid: '5e9c5cc0-94ab-4bd7-91c4-f4b0a8f9d3d2' },
    follower: { state: 'current', rung: 'refreshAndPersist', stalenessSeconds: 0.4, message: null },
    problems: 0,
    held: 0,
    changesWaiting: 0,
    nodes: { InSync: 2, Progressing: 0, Degraded: 0, Reconnecting: 0, Unknown: 0, NeverSeen: 0 },
    vms: 1,
    processes: 2,
    sessions: 2,
    certificates: [],
    ...over,
  };
}

/** A restart of one process that is under way. */
export function operationView(over: Partial<OperationView> = {}): OperationView {
  return {
    id: 'op-1',
    kind: 'restart',
    state: 'running',
    actor: 'admin',
    reason: 'new keys',
    at: '2026-01-01T11:58:00.000Z',
    endedAt: null,
    message: null,
    progress: { total: 1, done: 0, failed: 0, underWay: 1 },
    targets: [{ node: 'node1', process: 'orders/server1', state: 'accepted', message: null }],
    ...over,
  };
}

export function problemView(over: Partial<ProblemView> = {}): ProblemView {
  return {
    dn: 'cn=bad,cn=orders,ou=vms,ou=drvs,dc=drvs,dc=example',
    attribute: 'drvsProcNr',
    code: 'ProcNrRange',
    message: 'drvsProcNr 999 of cn=bad is outside -35..220',
    remedy: 'choose a free number in that range',
    lastValidInForce: true,
    since: '2026-01-01T11:58:00.000Z',
    ...over,
  };
}

export function event(id: number, over: Partial<ApiEvent> = {}): ApiEvent {
  return {
    id: String(id),
    at: '2026-01-01T12:00:00.000Z',
    kind: 'bind',
    revision: '7',
    node: 'node1',
    vm: 'orders',
    process: 'server1',
    message: `event ${String(id)}`,
    ...over,
  };
}
