// SPDX-License-Identifier: Apache-2.0
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { HeldView } from '@drvs/contracts';
import { EXIT } from '../errors.js';
import { run } from '../program.js';
import { FakeManager, apiError, heldView } from '../test-support/fake-manager.js';
import { Home, drvsctl, fakeTerminal } from '../test-support/fake-terminal.js';

// What is awaited comes at once on an idle machine; this is for a busy one.
jest.setTimeout(30_000);

const grown = heldView({ hash: 'hash-2', effects: { processesEnded: 5, placementsRemoved: 4, nodesRemoved: 1 } });
const none = heldView({ hash: '', items: [], since: null, reason: null });

let home: Home;
let manager: FakeManager;
let present: HeldView;
let atDecision: HeldView | undefined;
beforeEach(async () => {
  home = new Home();
  present = heldView();
  atDecision = undefined;
  const decide = (decision: string) => (seen: { body: unknown }) => {
    present = atDecision ?? present;
    const { hash } = seen.body as { hash: string };
    if (hash !== present.hash) {
      return { status: 409, body: { ...apiError(409, 'HeldChanged', 'The held set has changed'), current: present } };
    }
    const dns = present.items.map((item) => item.dn);
    return { status: 200, body: { decision, revision: '8', dns, passwordsLost: ['cn=node3'] } };
  };
  manager = await FakeManager.start({
    'GET held': () => ({ status: 200, body: present }),
    'POST held/confirm': decide('confirmed'),
    'POST held/refuse': decide('refused'),
  });
});
afterEach(async () => {
  await manager.stop();
  home.dispose();
});

const decisions = () => manager.seen.filter((seen) => seen.method === 'POST').map((seen) => seen.body);

describe('held confirm and refuse', () => {
  test('without a terminal nothing is decided unless the set is named', async () => {
    const { status, err } = await drvsctl(['held', 'confirm'], { env: home.env(manager.url) });

    expect(status).toBe(EXIT.usage);
    expect(err).toContain('--hash HASH');
    expect(manager.seen).toEqual([]);
  });

  test('--hash decides on exactly that set, which its giver has seen, and prints what was done', async () => {
    const args = ['held', 'confirm', '--hash', 'hash-1', '--reason', 'moved to another site'];
    const { status, out, err } = await drvsctl(args, { env: home.env(manager.url) });

    expect(status).toBe(EXIT.ok);
    expect(decisions()).toEqual([{ hash: 'hash-1', reason: 'moved to another site' }]);
    expect(err).toBe('');
    expect(out).toContain('Confirmed, revision 8.');
    expect(out).toContain('Set a new password for (it could not be restored): cn=node3');
  });

  test('a hash of another set is answered with the present one, and nothing is sent', async () => {
    const { status, err } = await drvsctl(['held', 'confirm', '--hash', 'old'], { env: home.env(manager.url) });

    expect(status).toBe(EXIT.conflict);
    expect(err).toContain('hash-1');
    expect(decisions()).toEqual([]);
  });

  test.each([['--yes'], ['--hash=hash-1']])(
    'a set that grew meanwhile is shown and not confirmed (%s)',
    async (option) => {
      atDecision = grown;

      const { status, err } = await drvsctl(['held', 'confirm', option], { env: home.env(manager.url) });

      expect(status).toBe(EXIT.conflict);
      expect(err).toContain('ends 5 bound processes, removes 4 placements and 1 node');
      expect(decisions()).toHaveLength(1);
    },
  );

  test('on a terminal it asks for the whole word', async () => {
    const terminal = fakeTerminal({ env: home.env(manager.url), canAsk: true });

    const done = run(['held', 'refuse'], terminal);
    await terminal.stderr.saw(/Type refuse to go on: $/);
    terminal.stdin.write('refuse\n');

    expect(await done).toBe(EXIT.ok);
    expect(terminal.stdout.text).toContain('restored  cn=orders');
  });

  test('any other answer decides nothing', async () => {
    const terminal = fakeTerminal({ env: home.env(manager.url), canAsk: true });

    const done = run(['held', 'confirm'], terminal);
    await terminal.stderr.saw(/go on: $/);
    terminal.stdin.write('y\n');

    expect(await done).toBe(EXIT.refused);
    expect(decisions()).toEqual([]);
  });

  test('on a terminal a set that grew is shown and asked about again', async () => {
    atDecision = grown;
    const terminal = fakeTerminal({ env: home.env(manager.url), canAsk: true });

    const done = run(['held', 'confirm'], terminal);
    await terminal.stderr.saw(/ends 2 bound.*go on: $/s);
    terminal.stdin.write('confirm\n');
    await terminal.stderr.saw(/changed while you decided.*ends 5 bound.*go on: $/s);
    terminal.stdin.write('confirm\n');

    expect(await done).toBe(EXIT.ok);
    expect(decisions()).toEqual([{ hash: 'hash-1' }, { hash: 'hash-2' }]);
  });

  test('with nothing held there is nothing to decide', async () => {
    present = none;

    const decided = await drvsctl(['held', 'confirm', '--yes'], { env: home.env(manager.url) });
    const shown = await drvsctl(['held', 'show'], { env: home.env(manager.url) });

    expect(decided.status).toBe(EXIT.conflict);
    expect(shown).toMatchObject({ status: EXIT.ok, out: 'Nothing is held.\n' });
  });

  test('-o json prints the outcome alone on stdout', async () => {
    const { out, err } = await drvsctl(['held', 'refuse', '--yes', '-o', 'json'], { env: home.env(manager.url) });

    expect(err).toContain('ends 2 bound processes');
    expect(JSON.parse(out)).toMatchObject({ decision: 'refused', revision: '8' });
  });
});
