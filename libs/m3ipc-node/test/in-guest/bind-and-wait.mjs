// SPDX-License-Identifier: Apache-2.0
// A program of a VM whose end it waits for: exit status 42 when that is what its call says.
import { ANY, Endpoint, isM3Error } from '../../dist/index.js';

const endpoint = await Endpoint.bind(Number(process.argv[2]), 70);
const waiting = endpoint.receive(ANY);
process.stdout.write('bound\n');
await waiting.catch((error) => process.exit(isM3Error(error, 'EDCNOTRUN') ? 42 : 1));
