// SPDX-License-Identifier: Apache-2.0
// How long libs/directory takes to read 100,000 entries of a real slapd, to return with a cookie, and to read all again.
import { Follower } from '../directory/follower.js';
import { MANY, startMany } from '../directory/many-entries.js';

const LIMIT_MS = 600_000;

const slapd = await startMany();
const follower = new Follower(slapd);

async function measure(what: string, begin: () => void): Promise<void> {
  const [from, batches] = [performance.now(), follower.batches.length];
  begin();
  await follower.until(what, () => follower.batches.length > batches, LIMIT_MS);
  process.stdout.write(`${what}: ${Math.round(performance.now() - from)} ms\n`);
}

try {
  await measure(`first batch, ${MANY} entries`, () => void follower.start());
  process.stdout.write(`memory then: ${Math.round(process.memoryUsage.rss() / 2 ** 20)} MiB\n`);
  await follower.stop();
  await measure('return with a cookie', () => void follower.start());
  await measure('read and compared again', () => follower.running.resync());
} finally {
  await follower.stop();
  await slapd.close();
}
