// SPDX-License-Identifier: Apache-2.0
import { Injectable } from '@nestjs/common';

/** The only place that reads the time, so that tests can move it. */
@Injectable()
export class Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number {
    return Date.now();
  }

  /** The same instant as RFC 3339 text. */
  nowText(): string {
    return new Date(this.now()).toISOString();
  }
}
