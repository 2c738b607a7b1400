// SPDX-License-Identifier: Apache-2.0

/**
 * Members of circles in a "waits for" graph (and of paths between two circles). Names that are not keys are ignored.
 *
 * @param edges name -> names it waits for
 */
export function circleMembers(edges: ReadonlyMap<string, readonly string[]>): Set<string> {
  const left = new Set(edges.keys());
  strip(left, edges);
  strip(left, reversed(edges));
  return left;
}

/** Takes away, again and again, who waits for nobody that is left. */
function strip(left: Set<string>, edges: ReadonlyMap<string, readonly string[]>): void {
  const waiters = reversed(edges);
  const open = new Map<string, number>();
  for (const name of left) open.set(name, new Set(edges.get(name)?.filter((other) => left.has(other))).size);
  const free = [...left].filter((name) => open.get(name) === 0);
  for (let name = free.pop(); name !== undefined; name = free.pop()) {
    left.delete(name);
    for (const waiter of waiters.get(name) ?? []) {
      if (!left.has(waiter)) continue;
      const count = (open.get(waiter) ?? 0) - 1;
      open.set(waiter, count);
      if (count === 0) free.push(waiter);
    }
  }
}

function reversed(edges: ReadonlyMap<string, readonly string[]>): Map<string, string[]> {
  const back = new Map<string, string[]>([...edges.keys()].map((name) => [name, []]));
  for (const [name, others] of edges) for (const other of new Set(others)) back.get(other)?.push(name);
  return back;
}
