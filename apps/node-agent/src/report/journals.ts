// SPDX-License-Identifier: Apache-2.0
// The journals that people read through the manager, a few at once.
import { MAX_JOURNALS, type JournalFrame, type ManagerFrame } from '@drvs/contracts';
import { unitName } from '../plan/unit-spec.js';
import { JournalReader } from './journal-reader.js';

type JournalRequest = Extract<ManagerFrame, { type: 'journal-open' | 'journal-more' | 'journal-close' }>;

export class Journals {
  private readonly readers = new Map<string, JournalReader>();

  constructor(
    private readonly send: (frame: JournalFrame) => boolean,
    private readonly program?: string,
  ) {}

  hear(frame: JournalRequest): void {
    switch (frame.type) {
      case 'journal-open':
        this.open(frame);
        break;
      case 'journal-more':
        this.readers.get(frame.id)?.more(frame.frames);
        break;
      case 'journal-close':
        this.readers.get(frame.id)?.close();
        break;
    }
  }

  /** Ends all readers: whoever asked is gone. */
  close(): void {
    for (const reader of this.readers.values()) reader.close();
  }

  private open({ id, vmId, nr, lines, follow }: Extract<JournalRequest, { type: 'journal-open' }>): void {
    if (this.readers.has(id)) return;
    if (this.readers.size >= MAX_JOURNALS) {
      const message = `${MAX_JOURNALS} journals of this node are being read already; end one of those readers`;
      this.send({ type: 'journal', id, entries: [], end: { code: 'TooManyJournals', message } });
      return;
    }
    const wish = { id, unit: unitName(vmId, nr), lines, follow };
    const forget = (): void => void this.readers.delete(id);
    this.readers.set(id, new JournalReader(wish, this.send, forget, this.program));
  }
}
