// SPDX-License-Identifier: Apache-2.0
/** Names a process on one node. */
export function processKey({ vmId, nr }: { readonly vmId: number; readonly nr: number }): string {
  return `${vmId}/${nr}`;
}
