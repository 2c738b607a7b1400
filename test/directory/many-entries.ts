// SPDX-License-Identifier: Apache-2.0
// A directory of 100,000 entries, for tests and measurements of following.
import { startSlapd, type TestSlapd } from '../support/slapd.js';
import type { TestDirectory } from '../support/test-directory.js';

const NODES = 1_000;
const VMS = 24_000;
const EACH = 3;
/** The base and its two units are entries, too. */
export const MANY = NODES + VMS * (1 + EACH) + 3_000 + 3;

/** LDIF of 1,000 nodes, 24,000 VMs with three processes each, and 3,000 VMs without. */
function everything(names: TestDirectory): string {
  const parts: string[] = [];
  const node = (index: number): string => `node${index % NODES}`;
  for (let id = 0; id < NODES; id += 1) parts.push(names.nodeEntry(node(id), id));
  for (let id = 0; id < VMS; id += 1) {
    parts.push(names.vmEntry(`vm${id}`, id, [node(id), node(id + 1)]));
    for (let nr = 1; nr <= EACH; nr += 1) parts.push(names.processEntry(`vm${id}`, `p${nr}`, nr, node(id + (nr % 2))));
  }
  for (let id = VMS; id < VMS + 3_000; id += 1) parts.push(names.vmEntry(`vm${id}`, id, []));
  return parts.join('');
}

/** Makes that directory in a slapd of its own. */
export async function startMany(): Promise<TestSlapd> {
  const names = await startSlapd();
  const entries = everything(names);
  await names.close();
  return startSlapd({ checks: false, entries });
}
