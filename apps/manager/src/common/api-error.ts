// SPDX-License-Identifier: Apache-2.0
// Refusals of the API: a stable code, a sentence, a remedy (RFC 9457).
import type { ApiError } from '@drvs/contracts';

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  412: 'Precondition Failed',
  422: 'Unprocessable Content',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
};

export interface ApiRefusalOptions {
  readonly remedy?: string;
  /** Members beyond RFC 9457's, e.g. the `current` held set of a conflict. */
  readonly extra?: Readonly<Record<string, unknown>>;
  /** True where the audit has it already. */
  readonly recorded?: boolean;
}

/** Thrown by services, answered as a problem document. */
export class ApiRefusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    private readonly options: ApiRefusalOptions = {},
  ) {
    super(detail);
  }

  get recorded(): boolean {
    return this.options.recorded === true;
  }

  /** @param instance path of the request */
  toProblem(instance: string): ApiError {
    return {
      type: `urn:drvs:error:${this.code}`,
      title: TITLES[this.status] ?? 'Error',
      status: this.status,
      code: this.code,
      detail: this.message,
      ...(this.options.remedy === undefined ? {} : { remedy: this.options.remedy }),
      instance,
      ...this.options.extra,
    };
  }
}
