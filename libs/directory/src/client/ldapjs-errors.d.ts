// SPDX-License-Identifier: Apache-2.0
// Not part of what ldapjs exports, nor of @types/ldapjs: where its client looks up the error of each answer.
declare module 'ldapjs/lib/errors/index.js' {
  namespace errors {
    interface FailedResult {
      readonly status: number;
      readonly errorMessage?: string;
    }
  }
  const errors: {
    /** Empty for a code that ldapjs does not name. */
    getMessage(code: number): string;
    getError(result: errors.FailedResult): Error;
  };
  export = errors;
}
