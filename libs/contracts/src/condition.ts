// SPDX-License-Identifier: Apache-2.0
// Conditions: named facts about an object (node, VM, process, system).
import { z } from 'zod';

export const conditionSchema = z.object({
  /** Stable name, e.g. `ModuleMissing`, `NodeIdConflict`, `DirectoryDiffers`, `StillBound`. */
  type: z.string().regex(/^[A-Z][A-Za-z0-9]*$/),
  status: z.enum(['true', 'false', 'unknown']),
  /** Stable one-word reason. */
  reason: z.string(),
  /** Sentence for people, with the remedy where there is one. */
  message: z.string(),
  /** RFC 3339 instant of the last change of status. */
  since: z.string(),
});
export type Condition = z.infer<typeof conditionSchema>;
