// SPDX-License-Identifier: Apache-2.0
// /healthz, /metrics and /status for root on this node, over a Unix socket.
import { chmod, unlink } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';

export interface LocalPages {
  /** undefined: healthy; else what is wrong. */
  health(): string | undefined;
  metrics(): Promise<string>;
  /** JSON-able. */
  status(): unknown;
}

async function answer(path: string, pages: LocalPages, response: ServerResponse): Promise<void> {
  switch (path) {
    case '/healthz': {
      const fault = pages.health();
      response.writeHead(fault ? 503 : 200, { 'content-type': 'text/plain' }).end(`${fault ?? 'ok'}\n`);
      break;
    }
    case '/metrics':
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(await pages.metrics());
      break;
    case '/status':
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(`${JSON.stringify(pages.status(), null, 2)}\n`);
      break;
    default:
      response.writeHead(404, { 'content-type': 'text/plain' }).end('there are /healthz, /metrics and /status\n');
  }
}

/** Listens on `path`, replacing a socket that a dead agent left. */
export async function serveLocally(path: string, pages: LocalPages): Promise<Server> {
  await unlink(path).catch(() => undefined);
  const server = createServer((request, response) => {
    answer(request.url ?? '/', pages, response).catch((error: Error) =>
      response.writeHead(500).end(`${error.message}\n`),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  await chmod(path, 0o600);
  return server;
}
