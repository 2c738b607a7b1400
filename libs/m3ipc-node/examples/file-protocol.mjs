// SPDX-License-Identifier: Apache-2.0
// What the file server and its clients have agreed on. Requests are m1 messages; the data never travels in a message: the
// server copies it straight between its memory and the client's.
//
//   READ, WRITE   i1 = bytes of the name, i2 = offset in the file, i3 = bytes of the data,
//                 p1 = address of the name, p2 = address of the data
//   the reply     m1 with i1 = bytes read or written, or < 0: -errno

export const READ = 0x100;
export const WRITE = 0x101;
export const REPLY = 0x102;
