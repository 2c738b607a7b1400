// SPDX-License-Identifier: Apache-2.0
// Prints the closing line of a Jest run from its JSON report, after the names of what failed or was skipped.
import { readFileSync } from 'node:fs';

const [file] = process.argv.slice(2);
let report;
try {
  report = JSON.parse(readFileSync(file, 'utf8'));
} catch {
  console.log(`${file}: Jest left no report (it crashed, or no test file was found)`);
  console.log('0 passed, 1 failed, 0 skipped');
  process.exit(1);
}
const tests = report.testResults.flatMap((suite) =>
  suite.assertionResults.map((test) => ({ ...test, suite: suite.name })),
);
// A suite that could not even load has no test results: it is a failure of its own.
const broken = report.testResults.filter((suite) => suite.status === 'failed' && suite.assertionResults.length === 0);
const of = (...states) => tests.filter((test) => states.includes(test.status));
for (const suite of broken) console.log(`FAILED to load ${suite.name}\n${suite.message}`);
for (const test of of('failed')) console.log(`FAILED ${test.fullName} (${test.suite})`);
for (const test of of('pending', 'todo', 'skipped', 'disabled')) console.log(`SKIPPED ${test.fullName}`);
console.log(
  `${of('passed').length} passed, ${of('failed').length + broken.length} failed, ${of('pending', 'todo', 'skipped', 'disabled').length} skipped`,
);
