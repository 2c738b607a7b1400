// SPDX-License-Identifier: Apache-2.0
// Accounts, groups and files of this node that a document refers to.
import { execFile } from 'node:child_process';
import { readFile, realpath } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { NodeDocument } from '@drvs/contracts';
import type { Clock } from '../clock.js';
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

/** How long an answer of the name service is believed: asking starts a program. */
export const BELIEVE_MS = 60_000;

/** Answers to questions that cost a program, each kept for a while. */
class Answers {
  private readonly known = new Map<string, { readonly at: number; readonly lines: Promise<string> }>();

  constructor(private readonly clock: Clock) {}

  /** What `program` prints, empty when it fails. */
  ask(program: string, ...args: string[]): Promise<string> {
    const key = [program, ...args].join(' ');
    const now = this.clock.elapsed();
    const known = this.known.get(key);
    if (known && now - known.at < BELIEVE_MS) return known.lines;
    const lines = run(program, args, { timeout: 5_000 }).then(
      ({ stdout }) => stdout.trim(),
      () => '',
    );
    this.known.set(key, { at: now, lines });
    return lines;
  }
}

async function lookUp<T>(names: Iterable<string>, look: (name: string) => Promise<T>): Promise<Map<string, T>> {
  const unique = [...new Set(names)];
  return new Map(await Promise.all(unique.map(async (name) => [name, await look(name)] as const)));
}

/** The files are read for each turn; what they do not hold is asked of the name service, e.g. LDAP accounts. */
export class HostFactsReader {
  private readonly answers: Answers;

  constructor(clock: Clock) {
    this.answers = new Answers(clock);
  }

  /** Looks up everything that `document` names on this node. `defaultUser` is whom a process without a user runs as. */
  async read(document: NodeDocument, defaultUser: string | undefined): Promise<HostFacts> {
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
      accounts: await lookUp(users, (name) => this.account(name, passwd, groups)),
      groups: await lookUp(groupNames, (name) => this.group(name, groups)),
      realPaths: await lookUp(paths, (path) => realpath(path).catch(() => null)),
    };
  }

  private async account(name: string, passwd: Row[], groups: Row[]): Promise<Account | null> {
    const local = passwd.find(([login]) => login === name);
    const row = local ?? (await this.getent('passwd', name));
    const [uid, gid] = [Number(row?.[2]), Number(row?.[3])];
    if (!Number.isInteger(uid) || !Number.isInteger(gid)) return null;
    const supplementary = local
      ? groups.filter((group) => (group[3] ?? '').split(',').includes(name)).map((group) => Number(group[2]))
      : (await this.answers.ask('/usr/bin/id', '-G', '--', name)).split(' ').filter(Boolean).map(Number);
    return { name, uid, gid, groups: [...new Set([gid, ...supplementary])] };
  }

  private async group(name: string, groups: Row[]): Promise<number | null> {
    const row = groups.find(([title]) => title === name) ?? (await this.getent('group', name));
    const gid = Number(row?.[2]);
    return Number.isInteger(gid) ? gid : null;
  }

  private async getent(database: 'passwd' | 'group', name: string): Promise<Row | undefined> {
    if (!NAME.test(name)) return undefined;
    return (await this.answers.ask('/usr/bin/getent', database, name)).split('\n')[0]?.split(':');
  }
}
