// SPDX-License-Identifier: Apache-2.0
// What a process may do: a level, and maps of calls and peers that narrow or widen it.

export const LEVELS = ['user', 'server', 'task', 'system'] as const;
/** What a process may do (kernel/m3ipc/uapi/m3ipc.h, enum m3ipc_level). */
export type Level = (typeof LEVELS)[number];

/** The calls of a calls map, in the order of their bits (M3IPC_CALL_*). */
export const CALLS = [
  'send',
  'receive',
  'sendrec',
  'notify',
  'rcvrqst',
  'reply',
  'relay',
  'replyrec',
  'vcopy',
  'vcopyAny',
  'srcNotify',
  'ntfyValue',
  'hdwNotify',
  'setpriv',
] as const;
/** A call that privileges allow. `vcopy`: with clients whose sendrec is unanswered; `vcopyAny`: with others, too. */
export type CallName = (typeof CALLS)[number];

/** Which process numbers may be addressed. */
export interface Peers {
  /** Four words of 64 bits: bit i = number i - tasks of the VM. `peerMap` makes it. */
  readonly map: readonly bigint[];
  /** Whether numbers beyond the map (256 - tasks and more) may be addressed. */
  readonly others: boolean;
}

/** What is left out: the calls of the level, every peer; when set, the VM's default. */
export interface Privileges {
  readonly level?: Level;
  readonly calls?: readonly CallName[];
  readonly peers?: Peers;
}

const WORDS = 4;
const WORD_BITS = 64;

/** The map of peers that allows these process numbers, in a VM of that many tasks. @throws RangeError */
export function peerMap(numbers: readonly number[], tasks = 35): bigint[] {
  const map = Array.from({ length: WORDS }, () => 0n);
  for (const nr of numbers) {
    const bit = nr + tasks;
    if (!Number.isInteger(nr) || bit < 0 || bit >= WORDS * WORD_BITS) {
      throw new RangeError(`the map of peers has numbers ${-tasks}..${WORDS * WORD_BITS - tasks - 1}, not ${nr}`);
    }
    const word = Math.floor(bit / WORD_BITS);
    map[word] = (map[word] ?? 0n) | (1n << BigInt(bit % WORD_BITS));
  }
  return map;
}

/** The process numbers that a map of peers allows, ascending. */
export function peerNumbers(map: readonly bigint[], tasks = 35): number[] {
  return Array.from({ length: WORDS * WORD_BITS }, (_, bit) => bit)
    .filter((bit) => ((map[Math.floor(bit / WORD_BITS)] ?? 0n) >> BigInt(bit % WORD_BITS)) & 1n)
    .map((bit) => bit - tasks);
}

export interface NativePrivileges {
  readonly level?: number;
  readonly calls?: number;
  readonly peers?: readonly bigint[];
  readonly peersRest?: boolean;
}

export function levelOf(number: number): Level {
  return LEVELS[number] ?? 'user';
}

export function privilegesOf({ level, calls, peers, peersRest }: NativePrivileges): Privileges {
  return {
    ...(level !== undefined && { level: levelOf(level) }),
    ...(calls !== undefined && { calls: CALLS.filter((_, bit) => (calls >> bit) & 1) }),
    ...(peers && { peers: { map: peers, others: peersRest ?? false } }),
  };
}

/** @throws RangeError if a map of peers has not four words */
export function privilegeNumbers({ level, calls, peers }: Privileges): NativePrivileges {
  if (peers && peers.map.length !== WORDS) {
    throw new RangeError(`a map of peers has ${WORDS} words of 64 bits, this one ${peers.map.length}`);
  }
  return {
    ...(level !== undefined && { level: LEVELS.indexOf(level) }),
    ...(calls && { calls: calls.reduce((bits, call) => bits | (1 << CALLS.indexOf(call)), 0) }),
    ...(peers && { peers: peers.map, peersRest: peers.others }),
  };
}
