// SPDX-License-Identifier: Apache-2.0
// The kernel's own events of one lab node, as they reach this machine.
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface KernelEvent {
  readonly type: string;
  readonly vmId: number;
  readonly nr?: number;
  readonly pid: number;
}

interface Waiter {
  readonly matches: (event: KernelEvent) => boolean;
  readonly resolve: () => void;
}

/** `m3ipc events --json --follow` on a node, over one connection that stays. */
export class EventStream {
  private readonly waiters = new Set<Waiter>();
  private readonly child: ChildProcess;

  constructor(program: string, args: readonly string[]) {
    // A group of its own: what the program has started is to end with it, or would keep the pipe, and us, for ever.
    this.child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
    const { stdout } = this.child;
    if (stdout === null) throw new Error(`${program} has no output`);
    createInterface({ input: stdout }).on('line', (line) => this.offer(JSON.parse(line) as KernelEvent));
  }

  private offer(event: KernelEvent): void {
    for (const waiter of this.waiters) {
      if (waiter.matches(event)) waiter.resolve();
    }
  }

  /** Resolves at the next event that matches; rejects after `timeoutMs`, naming `what`. */
  next(what: string, timeoutMs: number, matches: (event: KernelEvent) => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const forget = () => {
        clearTimeout(timer);
        this.waiters.delete(waiter);
      };
      const waiter: Waiter = {
        matches,
        resolve: () => {
          forget();
          resolve();
        },
      };
      const timer = setTimeout(() => {
        forget();
        reject(new Error(`no ${what} within ${timeoutMs} ms`));
      }, timeoutMs);
      this.waiters.add(waiter);
    });
  }

  close(): void {
    if (this.child.pid !== undefined && this.child.exitCode === null) process.kill(-this.child.pid, 'SIGTERM');
  }
}
