// SPDX-License-Identifier: Apache-2.0
// The reservation that the slot of a desired process should carry: who may bind there, and what it may do.
import type { ProcessDocument } from '@drvs/contracts';
import { CALLS, type CallName } from '@drvs/m3ipc-node';
import type { SlotReservation } from '../actual/actual.js';
import { judge, type Refusal } from './bounds.js';
import type { ProcessSubject } from './process-subject.js';

export type SlotWish = { readonly slot: SlotReservation } | { readonly refusal: Refusal };

/** The kernel's map of peers has so many numbers, from -tasks on. */
const MAPPED_PEERS = 256;

/** The account an occupant must have: that of the unit, or the one admitted; a refusal if it cannot be told. */
function occupantUid(subject: ProcessSubject, process: ProcessDocument): { uid: number | null } | { refusal: Refusal } {
  const { desired, actual } = subject;
  if (process.exec) {
    const verdict = judge(process, desired.bounds, actual.host);
    return 'refusal' in verdict ? verdict : { uid: verdict.account.uid };
  }
  if (process.admitUser === undefined) return { uid: null };
  const account = actual.host.accounts.get(process.admitUser);
  if (account) return { uid: account.uid };
  const message = `account ${process.admitUser} does not exist on this node; create it or change drvsAdmitUser`;
  return { refusal: { code: 'UserUnknown', message } };
}

/** The calls in the kernel's order; null where the record names none: those of the level. */
function wishedCalls({ allowedCalls }: ProcessDocument): CallName[] | null {
  if (allowedCalls.length === 0) return null;
  const wanted = new Set(allowedCalls);
  return CALLS.filter((call) => wanted.has(call.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)));
}

/** Numbers among the peers. A name that no process of the VM has is left as it is, and allows nobody. */
function peerNumbersOf({ allowedPeers }: ProcessDocument): number[] {
  const numbers = allowedPeers.filter((peer) => /^-?\d+$/.test(peer)).map(Number);
  return [...new Set(numbers)].sort((a, b) => a - b);
}

function wishedPeers(process: ProcessDocument, tasks: number): { peers: number[] | null } | { refusal: Refusal } {
  if (process.allowedPeers.length === 0) return { peers: null };
  const peers = peerNumbersOf(process);
  const last = MAPPED_PEERS - tasks - 1;
  const beyond = peers.find((nr) => nr < -tasks || nr > last);
  if (beyond === undefined) return { peers };
  const message =
    `drvsAllowedPeer names number ${beyond}, and single peers can be told from ${-tasks} to ${last}; ` +
    'give that process a lower drvsProcNr, or allow all peers';
  return { refusal: { code: 'PeerOutOfReach', message } };
}

/** What the slot should demand and allow, or why it is not given to anybody. */
export function wishedSlot(subject: ProcessSubject): SlotWish {
  const { wanted, wantedVm } = subject;
  if (!wanted || !wantedVm) return { slot: { uid: null, level: null, calls: null, peers: null } };
  const occupant = occupantUid(subject, wanted);
  if ('refusal' in occupant) return occupant;
  const limits = wishedPeers(wanted, wantedVm.tasks);
  if ('refusal' in limits) return limits;
  const { uid } = occupant;
  return { slot: { uid, level: wanted.level ?? null, calls: wishedCalls(wanted), peers: limits.peers } };
}

export function refusalOf(subject: ProcessSubject): Refusal | undefined {
  const wish = wishedSlot(subject);
  return 'refusal' in wish ? wish.refusal : undefined;
}

/** True when the kernel holds another reservation than the one wished for, or none. */
export function slotDiffers(subject: ProcessSubject): boolean {
  const wish = wishedSlot(subject);
  if ('refusal' in wish) return false;
  const { reserved } = subject;
  if (reserved === undefined) return true;
  const fields = ({ uid, level, calls, peers }: SlotReservation): string => JSON.stringify([uid, level, calls, peers]);
  return fields(reserved) !== fields(wish.slot);
}
