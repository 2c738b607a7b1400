// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { MESSAGE_BYTES, decodeMessage, encodeMessage, isNotification, notificationType } from './message.js';

describe('messages', () => {
  test('type and payload come back; the source is left to the kernel', () => {
    const bytes = encodeMessage({ type: -7, payload: Buffer.from('forty bytes at most') });
    expect(bytes.length).toBe(MESSAGE_BYTES);
    bytes.writeInt32LE(65_537, 0);
    const message = decodeMessage(bytes);
    expect(message).toMatchObject({ source: 65_537, type: -7 });
    expect(message.payload.subarray(0, 19).toString()).toBe('forty bytes at most');
    expect(message.payload.subarray(19).every((byte) => byte === 0)).toBe(true);
  });

  test('a payload that does not fit is refused', () => {
    expect(() => encodeMessage({ type: 1, payload: Buffer.alloc(41) })).toThrow('at most 40 bytes');
    expect(() => encodeMessage({ type: 2 ** 31 })).toThrow("a message's type is a whole number");
  });

  test('a notification is known by the number of its source, in every generation', () => {
    expect(isNotification({ source: 40, type: notificationType(40) })).toBe(true);
    expect(isNotification({ source: 40 + 3 * 65_536, type: notificationType(40) })).toBe(true);
    expect(isNotification({ source: -1, type: notificationType(-1) })).toBe(true);
    expect(isNotification({ source: 41, type: notificationType(40) })).toBe(false);
    expect(isNotification({ source: 40, type: 7 })).toBe(false);
  });
});
