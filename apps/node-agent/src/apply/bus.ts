// SPDX-License-Identifier: Apache-2.0
// A connection to a D-Bus daemon that is made when first used and made again after it broke.
import dbus from 'dbus-next';
import { AgentError } from '../agent-error.js';

/** `socket=` and not `path=`: dbus-next then uses Node's own sockets and no native package. */
export const SYSTEM_BUS = 'unix:socket=/run/dbus/system_bus_socket';
const CALL_TIMEOUT_MS = 30_000;

export interface BusCall {
  readonly destination: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly signature?: string;
  readonly body?: unknown[];
}

export interface BusSignal {
  readonly path: string;
  readonly member: string;
  readonly body: readonly unknown[];
}

const DAEMON = {
  destination: 'org.freedesktop.DBus',
  path: '/org/freedesktop/DBus',
  interface: 'org.freedesktop.DBus',
} as const;

interface Connection {
  readonly bus: dbus.MessageBus;
  /** Rejects when the connection breaks; never resolves. */
  readonly broken: Promise<never>;
}

export class Bus {
  private connection: Promise<Connection> | undefined;

  constructor(
    private readonly address: string,
    /** Match rule of the signals wanted. */
    private readonly match: string,
    private readonly onSignal: (signal: BusSignal) => void,
    /** Run on every new connection before it is used. */
    private readonly onConnect: (call: (request: BusCall) => Promise<unknown[]>) => Promise<void>,
  ) {}

  /** Calls a method; rejects with AgentError whose code is `BusUnavailable` or the D-Bus error's name. */
  async call(request: BusCall): Promise<unknown[]> {
    this.connection ??= this.connect();
    const connection = this.connection;
    try {
      return await send(await connection, request);
    } catch (error) {
      if (error instanceof AgentError && error.code === 'BusUnavailable' && this.connection === connection) {
        this.connection = undefined;
      }
      throw error;
    }
  }

  close(): void {
    void this.connection?.then(({ bus }) => bus.disconnect()).catch(() => undefined);
    this.connection = undefined;
  }

  private async connect(): Promise<Connection> {
    const bus = dbus.sessionBus({ busAddress: this.address });
    const broken = new Promise<never>((_, reject) => {
      const fail = (cause?: unknown): void => reject(unavailable(this.address, cause));
      bus.on('error', fail);
      (bus as unknown as { _connection: NodeJS.EventEmitter })._connection.on('end', () => fail());
    });
    broken.catch(() => undefined);
    bus.on('message', (message: dbus.Message) => {
      if (message.type !== dbus.MessageType.SIGNAL) return;
      this.onSignal({ path: message.path, member: message.member, body: message.body as unknown[] });
    });
    const connection = { bus, broken };
    await send(connection, { ...DAEMON, member: 'AddMatch', signature: 's', body: [this.match] });
    await this.onConnect((request) => send(connection, request));
    return connection;
  }
}

function unavailable(address: string, cause?: unknown): AgentError {
  return new AgentError('BusUnavailable', `D-Bus at ${address} does not answer`, 'see: systemctl status dbus', {
    cause,
  });
}

async function send({ bus, broken }: Connection, request: BusCall): Promise<unknown[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(unavailable(request.destination)), CALL_TIMEOUT_MS);
  });
  try {
    const reply = await Promise.race([bus.call(new dbus.Message(request)), broken, late]);
    return (reply?.body ?? []) as unknown[];
  } catch (error) {
    if (!(error instanceof dbus.DBusError)) throw error;
    throw new AgentError(error.type, `${request.member}: ${error.text}`, undefined, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}
