// SPDX-License-Identifier: Apache-2.0
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the whole project. */
export const REPOSITORY = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
