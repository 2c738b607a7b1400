// SPDX-License-Identifier: Apache-2.0
// The journal of a process, line by line as JSON, no faster than its reader takes it.
import { once } from 'node:events';
import { Injectable } from '@nestjs/common';
import type { JournalFrame, LogQuery } from '@drvs/contracts';
import type { Response } from 'express';
import { ApiRefusal } from '../common/api-error.js';
import { TopologyService } from '../topology/topology.service.js';
import { JournalHub, type JournalSink, type JournalWish } from './journal.hub.js';

const DEFAULT_LINES = 100;
/** Silence is broken this often, so that proxies keep the connection. */
const HEARTBEAT_MS = 10_000;
/** Readers of one replica at once. */
const MOST_READERS = 64;

@Injectable()
export class LogsService {
  private readers = 0;

  constructor(
    private readonly topology: TopologyService,
    private readonly hub: JournalHub,
  ) {}

  async stream(system: string, vm: string, process: string, query: LogQuery, response: Response): Promise<void> {
    const wish = this.find(system, vm, process, query);
    if (this.readers >= MOST_READERS) {
      throw new ApiRefusal(429, 'TooManyReaders', `${MOST_READERS} journals are being read through this manager`, {
        remedy: 'End one of those readers, or ask again later.',
      });
    }
    this.readers++;
    try {
      await this.pump(wish, response);
    } finally {
      this.readers--;
    }
  }

  private find(system: string, vmName: string, name: string, { lines, follow }: LogQuery): JournalWish {
    const desired = this.topology.getDesiredOrThrow(system);
    const vm = desired.topology.vms.find((one) => one.name === vmName);
    const process = vm?.processes.find((one) => one.name === name);
    const node = process && desired.nodeByDn(process.onNode);
    if (vm === undefined || process === undefined || node === undefined) {
      throw new ApiRefusal(404, 'ProcessNotFound', `system '${system}' has no process '${vmName}/${name}'`, {
        remedy: 'GET processes lists them.',
      });
    }
    if (process.exec === undefined) {
      throw new ApiRefusal(409, 'NotLaunched', `${vmName}/${name} is admitted: its output is where it was started`, {
        remedy: 'Only launched processes have a journal of their own.',
      });
    }
    const place = { system, nodeUuid: node.uuid, vmId: vm.vmId, nr: process.nr };
    return { ...place, lines: lines ?? DEFAULT_LINES, follow: follow === 'true' };
  }

  private async pump(wish: JournalWish, response: Response): Promise<void> {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const parts = new Parts();
    const journal = await this.hub.open(wish, (part) => parts.push(part));
    const heart = setInterval(() => response.write('\n'), HEARTBEAT_MS);
    gone.signal.addEventListener('abort', () =>
      parts.push({ entries: [], last: false, end: { code: 'Gone', message: '' } }),
    );
    response.writeHead(200, { 'Content-Type': 'application/x-ndjson; charset=utf-8', 'X-Accel-Buffering': 'no' });
    response.flushHeaders();
    try {
      for (let end: JournalFrame['end']; end === undefined;) {
        const part = await parts.next();
        for (const entry of part.entries) await write(response, JSON.stringify(entry), gone.signal);
        end = part.end;
        if (end === undefined && part.last) journal.more(1);
        else if (end && end.code !== 'End' && !gone.signal.aborted) response.write(`${JSON.stringify({ end })}\n`);
      }
    } finally {
      clearInterval(heart);
      journal.close();
      response.end();
    }
  }
}

/** What has come and has not been dealt with: never more than the agent's window. */
class Parts {
  private readonly waiting: Parameters<JournalSink>[0][] = [];
  private wake: (() => void) | undefined;

  push(part: Parameters<JournalSink>[0]): void {
    this.waiting.push(part);
    this.wake?.();
  }

  async next(): Promise<Parameters<JournalSink>[0]> {
    for (;;) {
      const part = this.waiting.shift();
      if (part) return part;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }
}

/** Waits for a slow reader instead of gathering its lines in memory. */
async function write(response: Response, line: string, signal: AbortSignal): Promise<void> {
  if (signal.aborted || response.write(`${line}\n`)) return;
  await once(response, 'drain', { signal }).catch(() => undefined);
}
