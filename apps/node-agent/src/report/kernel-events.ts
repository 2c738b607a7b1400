// SPDX-License-Identifier: Apache-2.0
import type { NodeEvent } from '@drvs/contracts';
import { M3Error, type EventWatch } from '@drvs/m3ipc-node';
import type { NodeKernel } from '../actual/kernel-reader.js';
import { nodeEvent } from './node-events.js';

/** The kernel's event descriptor, opened as soon as the module is there. */
export class KernelEvents {
  private watch: EventWatch | undefined;

  constructor(
    private readonly kernel: NodeKernel,
    /** Called for every batch, also for one that holds nothing to tell others: something changed. */
    private readonly listener: (events: NodeEvent[]) => void,
  ) {}

  /** Opens the descriptor if that has not happened yet; without the module nothing happens. */
  ensure(): void {
    if (this.watch) return;
    try {
      this.watch = this.kernel.watch((events) => this.listener(events.flatMap((event) => nodeEvent(event) ?? [])));
    } catch (error) {
      if (!(error instanceof M3Error) || error.code !== 'ModuleMissing') throw error;
    }
  }

  close(): void {
    this.watch?.close();
    this.watch = undefined;
  }
}
