// SPDX-License-Identifier: Apache-2.0
// Journals that one replica reads for a reader of another: notifications of Postgres, which are small.
import { journalEntrySchema, type JournalEntry, type JournalFrame } from '@drvs/contracts';
import { z } from 'zod';

/** Postgres takes less than 8000 bytes in one notification; the rest of the word needs some. */
const MOST_BYTES = 7_000;

const end = z.object({ code: z.string(), message: z.string() });
const id = z.string().min(1).max(64);
export const relayWordSchema = z.discriminatedUnion('kind', [
  z.object({
    ...{ kind: z.literal('open'), to: z.string(), from: z.string(), id, system: z.string(), nodeUuid: z.string() },
    ...{ vmId: z.number().int(), nr: z.number().int(), lines: z.number().int(), follow: z.boolean() },
  }),
  z.object({ kind: z.literal('more'), to: z.string(), id, frames: z.number().int() }),
  z.object({ kind: z.literal('close'), to: z.string(), id }),
  /** `last`: the frame of the agent is complete with this. */
  z.object({
    ...{ kind: z.literal('part'), to: z.string(), id, entries: z.array(journalEntrySchema), last: z.boolean() },
    end: end.optional(),
  }),
]);
/** What one replica tells another about a journal. */
export type RelayWord = z.infer<typeof relayWordSchema>;

const sizeOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

/** An entry that fits into a notification by itself. */
function shortened(entry: JournalEntry): JournalEntry {
  if (sizeOf(entry) <= MOST_BYTES) return entry;
  let { text } = entry;
  while (sizeOf({ ...entry, text: `${text}...` }) > MOST_BYTES) text = text.slice(0, Math.floor(text.length * 0.8));
  return { ...entry, text: `${text}...` };
}

/** A frame of an agent as words for the replica `to`, in order. */
export function partsOf(frame: JournalFrame, to: string): Extract<RelayWord, { kind: 'part' }>[] {
  const groups: JournalEntry[][] = [[]];
  let bytes = 0;
  for (const entry of frame.entries.map(shortened)) {
    const size = sizeOf(entry) + 1;
    if (bytes + size > MOST_BYTES) {
      groups.push([]);
      bytes = 0;
    }
    groups.at(-1)?.push(entry);
    bytes += size;
  }
  return groups.map((entries, index) => {
    const last = index === groups.length - 1;
    return { kind: 'part', to, id: frame.id, entries, last, ...(last && frame.end && { end: frame.end }) };
  });
}
