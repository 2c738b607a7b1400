// SPDX-License-Identifier: Apache-2.0
// Accounts, groups and files of this node that a document refers to.
import { execFile } from 'node:child_process';
import { readFile, realpath } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { NodeDocument } from '@drvs/contracts';
import { credentialPath } from '../plan/bounds.js';
import type { Account, HostFacts } from './actual.js';

const run = promisify(execFile);

/** Names that are looked up with other means than /etc are passed to getent: nothing that could be an option. */
const NAME = /^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/;

type Row = readonly string[];

async function table(file: string): Promise<Row[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.split('\n').map((line) => line.split(':'));
}

/** A row of a database that /etc does not hold, e.g. of LDAP accounts; undefined if there is none. */
async function getent(database: 'passwd' | 'group', name: string): Promise<Row | undefined> {
  if (!NAME.test(name)) return undefined;
  return run('/usr/bin/getent', [database, name], { timeout: 5_000 }).then(
    ({ stdout }) => stdout.split('\n')[0]?.split(':'),
    () => undefined,
  );
}

async function otherGroups(name: string): Promise<number[]> {
  return run('/usr/bin/id', ['-G', '--', name], { timeout: 5_000 }).then(
    ({ stdout }) => stdout.trim().split(' ').map(Number),
    () => [],
  );
}

async function account(name: string, passwd: Row[], groups: Row[]): Promise<Account | null> {
  const local = passwd.find(([login]) => login === name);
  const row = local ?? (await getent('passwd', name));
  if (!row) return null;
  const [uid, gid] = [Number(row[2]), Number(row[3])];
  if (!Number.isInteger(uid) || !Number.isInteger(gid)) return null;
  const supplementary = local
    ? groups.filter((group) => (group[3] ?? '').split(',').includes(name)).map((group) => Number(group[2]))
    : await otherGroups(name);
  return { name, uid, gid, groups: [...new Set([gid, ...supplementary])] };
}

async function group(name: string, groups: Row[]): Promise<number | null> {
  const row = groups.find(([title]) => title === name) ?? (await getent('group', name));
  const gid = Number(row?.[2]);
  return row && Number.isInteger(gid) ? gid : null;
}

async function lookUp<T>(names: Iterable<string>, look: (name: string) => Promise<T>): Promise<Map<string, T>> {
  const unique = [...new Set(names)];
  return new Map(await Promise.all(unique.map(async (name) => [name, await look(name)] as const)));
}

/** Looks up everything that `document` names on this node. `defaultUser` is whom a process without a user runs as. */
export async function readHostFacts(document: NodeDocument, defaultUser: string | undefined): Promise<HostFacts> {
  const [passwd, groups] = await Promise.all([table('/etc/passwd'), table('/etc/group')]);
  const processes = document.vms.flatMap((vm) => vm.processes);
  const users = [
    ...document.vms.map((vm) => vm.owner),
    ...processes.flatMap((process) => [process.user, process.admitUser]),
    defaultUser,
  ].filter((name) => name !== undefined);
  const groupNames = document.vms.map((vm) => vm.group).filter((name) => name !== undefined);
  const paths = processes.flatMap(({ exec, credentials }) => [
    ...(exec?.slice(0, 1) ?? []),
    ...credentials.map(credentialPath),
  ]);
  return {
    accounts: await lookUp(users, (name) => account(name, passwd, groups)),
    groups: await lookUp(groupNames, (name) => group(name, groups)),
    realPaths: await lookUp(paths, (path) => realpath(path).catch(() => null)),
  };
}
