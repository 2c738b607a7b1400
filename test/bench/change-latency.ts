// SPDX-License-Identifier: Apache-2.0
// From ldapmodify to a bound process, and from ldapdelete to its end, measured on this machine's clock in the lab that is
// up; beside the floor: systemd starting and binding the same program in the same guest with nobody deciding anything.
// usage: node test/dist/bench/change-latency.js [TRIES]   (200)
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Lab } from '../support/lab.js';
import { EventStream } from './event-stream.js';
import { line } from './distribution.js';

const VM = 'orders';
const NODE = 'node1';
const NR = 90;
const LIMIT_MS = 30_000;

/** Milliseconds from starting `act` to the first event of `type` on process number NR that follows. */
async function timed(events: EventStream, type: 'bind' | 'unbind', act: () => Promise<unknown>): Promise<number> {
  const seen = events.next(`${type} of process ${NR}`, LIMIT_MS, (event) => event.type === type && event.nr === NR);
  const begin = performance.now();
  await Promise.all([act(), seen.then(() => undefined)]).catch((error: unknown) => {
    throw new Error(`${type}: ${String(error)}`);
  });
  return performance.now() - begin;
}

async function measureDirectory(lab: Lab, events: EventStream, tries: number) {
  const bound: number[] = [];
  const ended: number[] = [];
  const dn = `cn=bench-latency,${lab.vmDn(VM)}`;
  const entry = lab.processEntry({ name: 'bench-latency', vm: VM, nr: NR, node: NODE });
  for (let attempt = 0; attempt < tries; attempt += 1) {
    bound.push(await timed(events, 'bind', () => lab.ldapmodify(entry, { add: true })));
    ended.push(await timed(events, 'unbind', () => lab.ldapdelete(dn)));
    process.stderr.write(`\rdirectory: ${attempt + 1}/${tries}`);
  }
  process.stderr.write('\n');
  return { bound, ended };
}

/** A shell on the node that runs one command a line and answers with one line. */
class RemoteShell {
  private readonly child;
  private readonly answers: AsyncIterator<string>;

  constructor(program: string, args: readonly string[]) {
    this.child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.answers = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  async run(command: string): Promise<void> {
    this.child.stdin.write(`${command} >/dev/null 2>&1; echo done\n`);
    const answer = await this.answers.next();
    if (answer.done === true) throw new Error(`the shell on ${NODE} ended at: ${command}`);
  }

  close(): void {
    this.child.stdin.end();
  }
}

async function measureFloor(shell: RemoteShell, events: EventStream, tries: number) {
  const bound: number[] = [];
  const ended: number[] = [];
  const start = `systemd-run --quiet --collect --unit bench-floor m3ipc exec --vm ${VM} --nr ${NR} -- /usr/bin/m3ipc serve`;
  for (let attempt = 0; attempt < tries; attempt += 1) {
    bound.push(await timed(events, 'bind', () => shell.run(start)));
    ended.push(await timed(events, 'unbind', () => shell.run('systemctl stop bench-floor.service')));
    process.stderr.write(`\rsystemd-run: ${attempt + 1}/${tries}`);
  }
  process.stderr.write('\n');
  return { bound, ended };
}

async function main(): Promise<void> {
  const tries = Number(process.argv[2] ?? '200');
  if (!Number.isInteger(tries) || tries < 1) throw new Error('TRIES must be a positive whole number');
  const lab = await Lab.attach();
  await lab.settled();
  const events = new EventStream(Lab.program, ['exec', NODE, '--', 'm3ipc', 'events', '--json', '--follow']);
  const shell = new RemoteShell(Lab.program, ['exec', NODE, '--', 'sh']);
  try {
    await shell.run('true');
    const floor = await measureFloor(shell, events, tries);
    const directory = await measureDirectory(lab, events, tries);
    process.stdout.write(
      [
        line('ldapmodify add -> bound (kernel event seen here)', directory.bound),
        line('systemd-run + m3ipc exec -> bound: the floor', floor.bound),
        line('ldapdelete -> unbound', directory.ended),
        line('systemctl stop -> unbound: the floor', floor.ended),
        '',
      ].join('\n'),
    );
  } finally {
    shell.close();
    events.close();
  }
}

await main();
