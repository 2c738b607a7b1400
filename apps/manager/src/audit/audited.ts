// SPDX-License-Identifier: Apache-2.0
// Marks what writes: a request of it that is refused is recorded, too.
import { SetMetadata } from '@nestjs/common';

export const AUDITED = 'drvs:audited';

/** @param action as the audit names it */
export const Audited = (action: string): MethodDecorator => SetMetadata(AUDITED, action);
