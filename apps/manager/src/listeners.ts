// SPDX-License-Identifier: Apache-2.0
// The sockets the manager listens on: each serves the API and the agent link.
import { existsSync, readFileSync, unlinkSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { Listener, Settings } from './config/settings.js';

/** A client has this long for the head of a request, TLS included. */
const HEADERS_MS = 10_000;
/** Handshakes beyond what is accepted wait here, which costs nothing. */
const BACKLOG = 4_096;

function createServer(settings: Pick<Settings, 'tls'>, handler: RequestListener): Server {
  const options = { headersTimeout: HEADERS_MS, keepAliveTimeout: 30_000 };
  const { tls } = settings;
  if (tls === undefined) return createHttpServer(options, handler);
  const files = { cert: readFileSync(tls.cert), key: readFileSync(tls.key) };
  return createHttpsServer({ ...options, ...files, minVersion: 'TLSv1.2', handshakeTimeout: HEADERS_MS }, handler);
}

/** A socket file nobody listens on any more, left by a manager that was killed, is in the way. */
async function removeStaleSocket(path: string): Promise<void> {
  if (!existsSync(path)) return;
  const alive = await new Promise<boolean>((resolve) => {
    const probe = connect(path, () => {
      probe.destroy();
      resolve(true);
    });
    probe.on('error', () => resolve(false));
  });
  if (alive) throw new Error(`another process listens on ${path}: stop it, or give another path in DRVS_LISTEN`);
  unlinkSync(path);
}

async function listen(server: Server, listener: Listener): Promise<void> {
  if (listener.kind === 'unix') await removeStaleSocket(listener.path);
  const where = listener.kind === 'unix' ? { path: listener.path } : { host: listener.host, port: listener.port };
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ ...where, backlog: BACKLOG }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Where a server listens, as DRVS_LISTEN writes it: with the port it got when 0 was asked for. */
export function describeAddress(server: Server): string {
  const address = server.address() as AddressInfo | string;
  return typeof address === 'string' ? `unix:${address}` : `${address.address}:${address.port}`;
}

/** Opens every listener. `prepare` sees each server before it listens. */
export async function openListeners(
  settings: Pick<Settings, 'listen' | 'tls'>,
  handler: RequestListener,
  prepare: (server: Server) => void,
): Promise<Server[]> {
  const servers: Server[] = [];
  for (const listener of settings.listen) {
    const server = createServer(settings, handler);
    prepare(server);
    await listen(server, listener);
    servers.push(server);
  }
  return servers;
}

/** Stops listening and ends what is still connected. */
export async function closeListeners(servers: readonly Server[]): Promise<void> {
  await Promise.all(
    servers.map(
      (server) =>
        new Promise<void>((resolve) => {
          server.close(() => resolve());
          server.closeAllConnections();
        }),
    ),
  );
}
