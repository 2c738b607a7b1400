// SPDX-License-Identifier: Apache-2.0
import type { Client } from '../client/client.js';
import type { Layout } from '../output/table.js';

/** One thing that can be looked at: how it is read, and how it looks to people. Programs get the value itself. */
export interface View<Value> {
  read(client: Client): Promise<Value>;
  /** Text without a final newline. */
  draw(value: Value, layout: Layout): string;
}
