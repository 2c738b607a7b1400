// SPDX-License-Identifier: Apache-2.0
// The examples of libs/directory/README.md, as readers paste them: with their own server, they work.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as library from '@drvs/directory';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { REPOSITORY } from '../support/repository.js';
import { startSlapd, type TestSlapd } from '../support/slapd.js';

jest.setTimeout(60_000);

const page = readFileSync(join(REPOSITORY, 'libs/directory/README.md'), 'utf8');
const examples = [...page.matchAll(/^```ts\n(.*?)^```/gms)].map(([, text]) => text ?? '');

type Run = (...values: unknown[]) => Promise<Record<string, unknown>>;
const AsyncFunction = (async () => undefined).constructor as new (...parts: string[]) => Run;

/** Runs an example with names of its reader's own; gives the named variables it ends with. */
function paste(
  text: string,
  names: Readonly<Record<string, unknown>>,
  wanted: string,
): Promise<Record<string, unknown>> {
  const body = text.replace(/^import \{(.*?)\} from '@drvs\/directory';$/gms, 'const {$1} = library;');
  const all = { library, ...names };
  return new AsyncFunction(...Object.keys(all), `${body}\nreturn { ${wanted} };`)(...Object.values(all));
}

let slapd: TestSlapd;
beforeAll(async () => {
  slapd = await startSlapd({ entries: readFileSync(join(REPOSITORY, 'deploy/lab/sample.ldif'), 'utf8') });
});
afterAll(() => slapd.close());

test('following: entries and cookie are saved, a change arrives; then topology, document and digest', async () => {
  const [following = '', documents = ''] = examples;
  const rows = new Map<string, unknown>();
  let cookie: string | undefined;
  const transaction = {
    save: (uuid: string, entry: unknown) => Promise.resolve(void rows.set(uuid, entry)),
    saveCookie: (text: string) => Promise.resolve(void (cookie = text)),
  };
  const own = following
    .replace(/urls: \[.*\],/, 'urls: [url],')
    .replace('  ca: caPem,\n', '')
    .replace(/bindDn: '.*',/, 'bindDn,')
    .replace(/base: '.*',/, 'base,')
    .replace(/\/\/ later[\s\S]*$/, '');
  const names = {
    ...{ url: slapd.url, bindDn: slapd.managerDn, base: slapd.base },
    stored: { entries: [], cookie: undefined },
    readFile: () => Promise.resolve(slapd.managerPassword),
    log: { info: () => undefined },
    database: { transaction: (work: (t: typeof transaction) => Promise<void>) => work(transaction) },
  };

  const { store, session } = (await paste(own, names, 'store, session')) as {
    store: library.EntryStore;
    session: library.SyncSession;
  };
  try {
    await eventually({ what: 'the first content', timeoutMs: 20_000 }, () => expect(cookie).toBeDefined());
    expect(rows.size).toBe([...store.entries()].length);
    await slapd.add(slapd.nodeEntry('newcomer', 77));
    const has = (): boolean => [...store.entries()].some(({ rdn }) => rdn === 'cn=newcomer');
    await eventually({ what: 'the change', timeoutMs: 20_000 }, () => expect(has()).toBe(true));

    const reader = { store, previousTopology: undefined, baseDn: slapd.base, nodeDn: slapd.nodeDn('newcomer') };
    const made = await paste(
      documents.replaceAll('\n\n', '\n'),
      { ...reader, ...importsOf(documents) },
      'problems, document, hash',
    );
    expect(made).toMatchObject({ problems: [], document: { node: { name: 'newcomer', nodeId: 77 } } });
    expect(made['hash']).toMatch(/^[0-9a-f]{64}$/);
  } finally {
    await session.close();
  }
});

/** What an example uses of the library without importing it. */
function importsOf(text: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(library).filter(([name]) => new RegExp(`\\b${name}\\(`).test(text)));
}
