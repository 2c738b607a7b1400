// SPDX-License-Identifier: Apache-2.0
import type { EntityManager } from 'typeorm';

/** A transaction that services hand from one store to the next without looking inside. */
export type Transaction = EntityManager;
