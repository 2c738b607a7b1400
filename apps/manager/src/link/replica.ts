// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';

/** This manager process among the replicas. */
@Injectable()
export class Replica {
  readonly id = randomUUID();
}
