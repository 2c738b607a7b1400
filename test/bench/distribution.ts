// SPDX-License-Identifier: Apache-2.0
// A sample of times, as benchmarks print it.

/** p50, p99 and the greatest of `samples` (milliseconds), by the nearest-rank method. */
export function distribution(samples: readonly number[]): { p50: number; p99: number; max: number } {
  if (samples.length === 0) throw new Error('a distribution needs at least one sample');
  const sorted = [...samples].sort((a, b) => a - b);
  const rank = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
  return { p50: rank(0.5), p99: rank(0.99), max: rank(1) };
}

export function line(title: string, samples: readonly number[]): string {
  const { p50, p99, max } = distribution(samples);
  const ms = (value: number) => `${value.toFixed(0).padStart(6)} ms`;
  return `${title.padEnd(52)} n=${String(samples.length).padEnd(4)} p50 ${ms(p50)}  p99 ${ms(p99)}  max ${ms(max)}`;
}
