// SPDX-License-Identifier: Apache-2.0
// A record that cannot be used as it stands, and why.
import { z } from 'zod';

export const problemSchema = z.object({
  /** DN of the entry the problem is on. */
  dn: z.string(),
  /** entryUUID, where known. */
  uuid: z.string().optional(),
  /** The attribute at fault, where one is. */
  attribute: z.string().optional(),
  /** Stable code, e.g. `NodeIdDuplicate`. */
  code: z.string(),
  /** One sentence that names the thing and the rule. */
  message: z.string(),
  /** What to do about it. */
  remedy: z.string(),
  /** True when the last valid version of the entry stays in force. */
  lastValidInForce: z.boolean(),
});
/** A problem of one directory entry: everything else goes on. */
export type Problem = z.infer<typeof problemSchema>;
