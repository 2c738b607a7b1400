// SPDX-License-Identifier: Apache-2.0
// Names a person may have meant.

/** At most three of `known` that begin with `name` or are a few slips away from it, the nearest first. */
export function nearMatches(name: string, known: readonly string[]): string[] {
  const most = Math.max(1, Math.floor(name.length / 3));
  return known
    .map((candidate) => ({ candidate, slips: candidate.startsWith(name) ? 0 : editDistance(name, candidate) }))
    .filter(({ slips }) => slips <= most)
    .sort((a, b) => a.slips - b.slips || a.candidate.localeCompare(b.candidate))
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

/** Levenshtein's distance: insertions, deletions and substitutions from one to the other. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, substitution));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
