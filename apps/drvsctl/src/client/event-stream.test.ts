// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { CliError } from '../errors.js';
import { eventFrames, type Frame } from './event-stream.js';

async function framesOf(...chunks: string[]): Promise<Frame[]> {
  async function* feed() {
    yield* chunks;
  }
  const frames: Frame[] = [];
  for await (const frame of eventFrames(feed())) frames.push(frame);
  return frames;
}

describe('eventFrames', () => {
  const stream =
    ': hello\n\nid: 7\nevent: bind\ndata: {"a":1}\n\nid: 8\r\ndata: one\r\ndata: two\r\n\r\ndata:tight\r\rid: 9\n\n';
  const expected = [
    { id: '7', data: '{"a":1}' },
    { id: '8', data: 'one\ntwo' },
    { id: undefined, data: 'tight' },
    { id: '9', data: undefined },
  ];

  test('reads ids, data of several lines, every kind of line end, and leaves comments out', async () => {
    expect(await framesOf(stream)).toEqual(expected);
  });

  test('gives the same frames wherever the network cuts the stream', async () => {
    for (let cut = 1; cut < stream.length; cut++) {
      expect(await framesOf(stream.slice(0, cut), stream.slice(cut))).toEqual(expected);
    }
    expect(await framesOf(...stream)).toEqual(expected);
  });

  test('an event that is not complete is not given', async () => {
    expect(await framesOf('id: 7\ndata: half')).toEqual([]);
  });

  test('a line without end is refused before it fills the memory', async () => {
    const long = 'data: ' + 'x'.repeat(600_000);

    await expect(framesOf(long, long)).rejects.toThrow(CliError);
  });
});
