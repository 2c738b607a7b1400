// SPDX-License-Identifier: Apache-2.0
// A TCP relay on loopback that can go silent, cut connections, or cut them after so many bytes.
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export class TcpProxy {
  private readonly sockets = new Set<Socket>();
  /** Bytes still to be relayed to clients before every connection is cut; undefined: no limit. */
  private budget: number | undefined;
  private silent = false;
  /** Applied to what clients send: bytes of a request can be made to say something else of the same length. */
  rewrite: (chunk: Buffer) => Buffer = (chunk) => chunk;
  /** Connections accepted so far. */
  accepted = 0;

  private constructor(
    private readonly server: Server,
    private readonly targetPort: number,
  ) {}

  static async start(targetPort: number): Promise<TcpProxy> {
    const server = createServer();
    const proxy = new TcpProxy(server, targetPort);
    server.on('connection', (client) => proxy.relay(client));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Relays this many more bytes to clients, then cuts every connection. */
  cutAfter(bytes: number): void {
    this.budget = bytes;
  }

  /** Relays nothing, but keeps connections up: what a dead peer looks like. */
  silence(silent: boolean): void {
    this.silent = silent;
    for (const socket of this.sockets) {
      if (silent) socket.pause();
      else socket.resume();
    }
  }

  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private relay(client: Socket): void {
    this.accepted += 1;
    const target = connect(this.targetPort, '127.0.0.1');
    for (const [socket, other] of [
      [client, target],
      [target, client],
    ] as const) {
      this.sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.sockets.delete(socket);
        other.destroy();
      });
    }
    client.on('data', (chunk: Buffer) => target.write(this.rewrite(chunk)));
    target.on('data', (chunk: Buffer) => this.toClient(client, chunk));
    if (this.silent) this.silence(true);
  }

  private toClient(client: Socket, chunk: Buffer): void {
    if (this.budget === undefined) {
      client.write(chunk);
      return;
    }
    const part = chunk.subarray(0, this.budget);
    this.budget -= part.length;
    client.write(part, () => {
      if (this.budget === 0) {
        this.budget = undefined;
        this.cut();
      }
    });
  }
}
