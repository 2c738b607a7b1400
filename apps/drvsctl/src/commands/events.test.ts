// SPDX-License-Identifier: Apache-2.0
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { EXIT } from '../errors.js';
import { run } from '../program.js';
import { FakeManager, apiError, event, sendEvents, type Route } from '../test-support/fake-manager.js';
import { Home, drvsctl, fakeTerminal } from '../test-support/fake-terminal.js';

// What is awaited comes at once on an idle machine; this is for a busy one.
jest.setTimeout(30_000);

let home: Home;
let manager: FakeManager | undefined;
beforeEach(() => {
  home = new Home();
});
afterEach(async () => {
  await manager?.stop();
  home.dispose();
});

async function serving(events: Route): Promise<Record<string, string>> {
  manager = await FakeManager.start({ 'GET events': events });
  return home.env(manager.url);
}

const stored = [event(1), event(2, { kind: 'unbind', message: 'exit:0' }), event(3, { process: null })];

describe('events', () => {
  test('prints what is stored and ends', async () => {
    const env = await serving(({ query }, response) => {
      sendEvents(response, query.get('after') === '0' && query.get('follow') === 'false' ? stored : []);
      response.end();
      return undefined;
    });

    const { status, out } = await drvsctl(['events'], { env });

    expect(status).toBe(EXIT.ok);
    expect(out.split('\n')).toEqual([
      '2026-01-01T12:00:00.000Z  bind           node1/orders/server1    event 1',
      '2026-01-01T12:00:00.000Z  unbind         node1/orders/server1    exit:0',
      '2026-01-01T12:00:00.000Z  bind           node1/orders            event 3',
      '',
    ]);
  });

  test('-o json gives one line each', async () => {
    const env = await serving((_seen, response) => {
      sendEvents(response, stored);
      response.end();
      return undefined;
    });

    const { out } = await drvsctl(['events', '--after', '0', '-o', 'json'], { env });

    expect(
      out
        .trim()
        .split('\n')
        .map((line): unknown => JSON.parse(line)),
    ).toEqual(stored);
  });

  test('--follow goes on behind the last event when the connection breaks: none twice, none left out', async () => {
    const all = [1, 2, 3, 4, 5, 6].map((id) => event(id));
    const env = await serving(({ headers }, response) => {
      const after = Number(headers['last-event-id'] ?? 0);
      sendEvents(response, all.slice(after, after + 2));
      // Cut in the middle of the next event: half of it must not be printed.
      if (after + 2 < all.length) response.write(`id: ${String(after + 3)}\ndata: {"id":`, () => response.destroy());
      return undefined;
    });
    const terminal = fakeTerminal({ env });

    const done = run(['events', '--follow', '--after', '0', '-o', 'json'], terminal);
    await terminal.stdout.saw(/event 6/);
    terminal.interrupt();

    expect(await done).toBe(EXIT.interrupted);
    const ids = terminal.stdout.text
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { id: string }).id);
    expect(ids).toEqual(['1', '2', '3', '4', '5', '6']);
    expect(terminal.stderr.text).toContain('trying again');
  });

  test('--follow begins behind the id the manager opens with, so that a cut before the first event loses none', async () => {
    const asked: (string | undefined)[] = [];
    const env = await serving(({ headers }, response) => {
      asked.push(headers['last-event-id'] as string | undefined);
      sendEvents(response, []);
      if (asked.length === 1) response.write('id: 41\n\n', () => response.destroy());
      else sendLater(response);
      return undefined;
    });
    const sendLater = (response: { write(text: string): void }) => {
      response.write(`id: 42\ndata: ${JSON.stringify(event(42))}\n\n`);
    };
    const terminal = fakeTerminal({ env });

    const done = run(['events', '--follow'], terminal);
    await terminal.stdout.saw(/event 42/);
    terminal.interrupt();
    await done;

    expect(asked).toEqual([undefined, '41']);
  });

  test('a refusal is not tried again', async () => {
    const env = await serving(() => ({ status: 403, body: apiError(403, 'RoleTooLow', 'Forbidden') }));

    const { status } = await drvsctl(['events', '--follow'], { env });

    expect(status).toBe(EXIT.denied);
    expect(manager?.seen).toHaveLength(1);
  });

  test('an event of an unknown shape ends with a word about releases', async () => {
    const env = await serving((_seen, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end('data: {"id":1}\n\n');
      return undefined;
    });

    const { status, err } = await drvsctl(['events'], { env });

    expect(status).toBe(EXIT.protocol);
    expect(err).toContain('different releases');
  });
});
