// SPDX-License-Identifier: Apache-2.0
// Of several servers that replicate each other one can be behind: what it has not seen yet must not look undone.
import { DirectoryError } from '../client/errors.js';
import { behind, type CsnSet, parseCsnSet } from './csn-set.js';

interface LagOptions {
  readonly urls: readonly string[];
  readonly lagPatienceMs: number;
}

export class ProviderLag {
  private known: CsnSet | undefined;
  /** Monotonic ms; undefined while no server was found behind. */
  private since: number | undefined;

  /** @param cookie that covers what the caller has */
  constructor(
    private readonly options: LagOptions,
    cookie: Buffer | undefined,
  ) {
    this.known = cookie && parseCsnSet(cookie);
  }

  /**
   * Throws `ProviderBehind` when a refresh comes from a server that has seen less than what the caller has, and another one
   * may know more. A single server that has seen less was restored from a backup: it is the truth.
   *
   * @param cookie of the refresh
   */
  check(url: string, cookie: Buffer | undefined): void {
    const { urls, lagPatienceMs } = this.options;
    const seen = cookie && parseCsnSet(cookie);
    if (urls.length < 2 || this.known === undefined || seen === undefined) return;
    const sids = behind(seen, this.known);
    if (sids.length === 0) return;
    this.since ??= performance.now();
    const left = lagPatienceMs - (performance.now() - this.since);
    if (left > 0) throw lagError(url, seen, this.known, sids, left);
  }

  /** What the caller has now. */
  accepted(cookie: Buffer): void {
    this.known = parseCsnSet(cookie);
    this.since = undefined;
  }
}

function lagError(url: string, seen: CsnSet, known: CsnSet, sids: readonly string[], leftMs: number): DirectoryError {
  const what = sids.map(
    (sid) => `of server ${sid} it has changes up to ${seen.get(sid) ?? 'none'}, known is ${known.get(sid)}`,
  );
  return new DirectoryError(
    'ProviderBehind',
    `${url} is behind what was read before: ${what.join('; ')}.`,
    `Let replication catch up, or bring the other server back. Without either, this server is believed in ${Math.ceil(leftMs / 1000)} s.`,
  );
}
