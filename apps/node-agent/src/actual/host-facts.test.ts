// SPDX-License-Identifier: Apache-2.0
// Against this machine's own accounts: root and nobody are everywhere.
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { systemClock } from '../clock.js';
import { nodeDocument, processDocument, vmDocument } from '../plan/fixtures.js';
import { HostFactsReader } from './host-facts.js';

describe('facts of the host', () => {
  test('accounts and groups by number, links resolved, what is missing is null', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'drvs-facts-'));
    const link = join(folder, 'link');
    symlinkSync('/bin/sh', link);
    const document = nodeDocument([
      vmDocument(
        7,
        [
          processDocument(1, { user: 'root', exec: [link] }),
          processDocument(2, { exec: ['/none'], admitUser: 'no-such-account' }),
          processDocument(3, { user: '--version' }),
        ],
        { group: 'root' },
      ),
    ]);
    const facts = await new HostFactsReader(systemClock).read(document, 'nobody');
    rmSync(folder, { recursive: true });
    expect(facts.accounts.get('root')).toMatchObject({ uid: 0, gid: 0, groups: expect.arrayContaining([0]) });
    expect(facts.accounts.get('nobody')).toMatchObject({ uid: 65_534 });
    expect(facts.accounts.get('no-such-account')).toBeNull();
    expect(facts.accounts.get('--version')).toBeNull();
    expect(facts.groups.get('root')).toBe(0);
    expect(facts.realPaths.get(link)).toMatch(/^\/(usr\/)?bin\/(da|ba)?sh$/);
    expect(facts.realPaths.get('/none')).toBeNull();
  });
});
