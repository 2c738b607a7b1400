// SPDX-License-Identifier: Apache-2.0
// The examples of docs/guide, as readers paste them: a real slapd takes each, and no problem is found in any.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDirectory, parse } from '@drvs/directory';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { REPOSITORY } from '../support/repository.js';
import { startSlapd, type TestSlapd } from '../support/slapd.js';

const text = (path: string): string => readFileSync(join(REPOSITORY, path), 'utf8');

/** Fenced blocks of one language. */
function blocks(page: string, language: string): string[] {
  return [...page.matchAll(new RegExp('^```' + language + '\\n(.*?)^```', 'gms'))].map(([, block]) => block ?? '');
}

/** LDIF given to ldapmodify within a shell block, its variable put in. */
function pastedLdif(page: string, base: string): string[] {
  const here = blocks(page, 'sh').flatMap((block) => [...block.matchAll(/<<LDIF\n(.*?)^LDIF$/gms)]);
  return here.map(([, ldif]) => (ldif ?? '').replaceAll('$LDAP_BASE', base));
}

let slapd: TestSlapd;
beforeAll(async () => {
  slapd = await startSlapd({ entries: text('deploy/lab/sample.ldif') });
}, 60_000);
afterAll(() => slapd.close());

/** Codes and entries of the problems the directory has now. */
async function problems(): Promise<string[]> {
  const directory = openDirectory({
    urls: [slapd.url],
    bindDn: slapd.managerDn,
    password: () => slapd.managerPassword,
  });
  try {
    const entries = await directory.search(slapd.base);
    return parse(entries, undefined, { baseDn: slapd.base }).problems.map(({ code, dn }) => `${code} ${dn}`);
  } finally {
    await directory.close();
  }
}

describe('docs/guide', () => {
  test('the sample directory has no problem', async () => {
    expect(await problems()).toEqual([]);
  });

  const records = blocks(text('docs/guide/directory-records.md'), 'ldif');
  test('directory-records.md has examples', () => {
    expect(records.length).toBeGreaterThan(5);
  });

  test.each(records)('directory-records.md: a directory takes this, and it is valid:\n%s', async (ldif) => {
    await slapd.modify(ldif);

    expect(await problems()).toEqual([]);
  });

  test('getting-started.md: the first example is valid, the second is the problem it is said to be', async () => {
    const [hello, late] = pastedLdif(text('docs/guide/getting-started.md'), slapd.base);

    await slapd.add(hello ?? '');
    expect(await problems()).toEqual([]);

    await slapd.add(late ?? '');
    expect(await problems()).toEqual([`ProcNrDuplicate cn=late,cn=orders,ou=vms,${slapd.base}`]);
  });
});
