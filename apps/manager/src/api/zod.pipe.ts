// SPDX-License-Identifier: Apache-2.0
import type { PipeTransform } from '@nestjs/common';
import type { z } from 'zod';
import { ApiRefusal } from '../common/api-error.js';

/** Parses a body or a query by its schema, or answers 400 with every issue. */
export class ZodPipe<T> implements PipeTransform<unknown, T> {
  constructor(private readonly schema: z.ZodType<T>) {}

  transform(value: unknown): T {
    const parsed = this.schema.safeParse(value ?? {});
    if (parsed.success) return parsed.data;
    const issues = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'request'}: ${message}`);
    throw new ApiRefusal(400, 'RequestInvalid', issues.join('; '), { remedy: 'See docs/reference/openapi.json.' });
  }
}
