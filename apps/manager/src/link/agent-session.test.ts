// SPDX-License-Identifier: Apache-2.0
import { EventEmitter } from 'node:events';
import { expect, test } from '@jest/globals';
import { LINK_CLOSE } from '@drvs/contracts';
import { pino } from 'pino';
import type { WebSocket } from 'ws';
import { Clock } from '../common/clock.js';
import { AgentSession } from './agent-session.js';
import type { SessionHandlers } from './agent-session.js';

/** A socket whose peer reads nothing: what is sent stays here. A real one needs megabytes in kernel buffers first. */
class UnreadSocket extends EventEmitter {
  bufferedAmount = 0;
  closedWith: number | undefined;
  terminated = false;

  send(text: string): void {
    this.bufferedAmount += text.length;
  }

  close(code: number): void {
    this.closedWith = code;
  }

  terminate(): void {
    this.terminated = true;
  }
}

test('an agent that does not read is disconnected before more than some megabytes wait for it', () => {
  const socket = new UnreadSocket();
  let ended = 0;
  const handlers = { closed: () => void ended++ } as unknown as SessionHandlers;
  const identity = { system: 'lab', node: { dn: 'cn=node1' } as never, csn: null };
  const session = new AgentSession(
    socket as unknown as WebSocket,
    identity,
    handlers,
    new Clock(),
    pino({ level: 'silent' }),
  );

  for (let frame = 0; frame < 20 && !socket.terminated; frame++) session.resync('x'.repeat(1024 * 1024));

  expect(socket).toMatchObject({ terminated: true, closedWith: LINK_CLOSE.tooSlow });
  expect(socket.bufferedAmount).toBeLessThan(10 * 1024 * 1024);
  expect(ended).toBe(1);
});
