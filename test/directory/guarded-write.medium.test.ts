// SPDX-License-Identifier: Apache-2.0
// Writes that hold only while an entry is as it was looked at: by the assertion control on real slapd, and, on a server that
// offers none, by looking again and deleting the old values by name.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openDirectory } from '@drvs/directory';
import type { LdapDirectory, WriteOperation } from '@drvs/directory';
import ldapjs from 'ldapjs';
import { freePort } from '../support/ports.js';
import { startSlapd, type TestSlapd } from '../support/slapd.js';

const OLD = '20200101000000.000000Z#000000#000#000000';

describe('a write that asserts the entryCSN, on slapd', () => {
  let slapd: TestSlapd;
  let directory: LdapDirectory;
  beforeAll(async () => {
    slapd = await startSlapd();
    directory = openDirectory({
      urls: [slapd.url],
      bindDn: slapd.managerDn,
      password: () => slapd.managerPassword,
      actAs: slapd.adminDn,
    });
    await slapd.add(slapd.nodeEntry('node1', 1));
  }, 60_000);
  afterAll(async () => {
    await directory.close();
    await slapd.close();
  });

  const csnNow = async (dn: string): Promise<string> => (await directory.read(dn))?.csn ?? '';

  test('is carried out on the entry that was looked at, and on no other, whatever the write', async () => {
    const dn = slapd.nodeDn('node1');
    const label = (value: string): WriteOperation => ({
      op: 'modify',
      dn,
      changes: [{ op: 'replace', attribute: 'drvsLabel', values: [value] }],
    });
    const rename: WriteOperation = { op: 'rename', dn, newRdn: 'cn=node2' };
    const renamed = slapd.nodeDn('node2');
    const csn = await csnNow(dn);
    await directory.write(label('a=1'), csn);
    await expect(directory.write(label('a=2'), csn)).rejects.toMatchObject({ code: 'AssertionFailed' });
    await expect(directory.write(rename, csn)).rejects.toMatchObject({ code: 'AssertionFailed' });
    await directory.write(rename, await csnNow(dn));
    await expect(directory.write({ op: 'delete', dn: renamed }, csn)).rejects.toMatchObject({
      code: 'AssertionFailed',
    });
    expect((await directory.read(renamed))?.attributes.get('drvslabel')).toEqual(['a=1']);
    await directory.write({ op: 'delete', dn: renamed }, await csnNow(renamed));
    expect(await directory.read(renamed)).toBeUndefined();
  });
});

interface AskedChange {
  readonly operation: string;
  readonly modification: { readonly type: string; readonly values: readonly string[] };
}

describe('on a server without the control', () => {
  const dn = 'cn=a,dc=test';
  let server: ldapjs.Server;
  let directory: LdapDirectory;
  /** What it was asked to change: operation and values of each modification. */
  let asked: (readonly [string, string, readonly string[]])[] = [];
  beforeAll(async () => {
    const port = await freePort();
    server = ldapjs.createServer();
    server.bind('dc=test', (_request: unknown, response: { end(): void }) => response.end());
    server.search('', (_request: unknown, response: { send(entry: object): void; end(): void }) => {
      response.send({ dn: '', attributes: { objectClass: ['top'] } });
      response.end();
    });
    server.search('dc=test', (_request: unknown, response: { send(entry: object): void; end(): void }) => {
      const facts = { entryUUID: '11111111-2222-3333-4444-555555555555', entryCSN: OLD };
      response.send({ dn, attributes: { ...facts, objectClass: ['device'], cn: ['a'], drvsLabel: ['x', 'y'] } });
      response.end();
    });
    server.modify('dc=test', (request: { changes: AskedChange[] }, response: { end(): void }) => {
      asked = request.changes.map(
        ({ operation, modification: { type, values } }) => [operation, type, values] as const,
      );
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    directory = openDirectory({ urls: [`ldap://127.0.0.1:${port}`], bindDn: 'cn=m,dc=test', password: () => 'secret' });
  }, 60_000);
  afterAll(async () => {
    await directory.close();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });

  const relabel: WriteOperation = {
    op: 'modify',
    dn,
    changes: [{ op: 'replace', attribute: 'drvsLabel', values: ['z'] }],
  };

  test('old values are deleted by name, so that a change in between is noticed', async () => {
    await directory.write(relabel, OLD);

    expect(asked).toEqual([
      ['delete', 'drvsLabel', ['x', 'y']],
      ['add', 'drvsLabel', ['z']],
    ]);
  });

  test('an entry that is another already is left alone', async () => {
    asked = [];

    await expect(directory.write(relabel, OLD.replace('2020', '2021'))).rejects.toMatchObject({
      code: 'AssertionFailed',
    });

    expect(asked).toEqual([]);
  });
});
