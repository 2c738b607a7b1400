// SPDX-License-Identifier: Apache-2.0
// ldapjs has no error for a result code that it does not name (assertionFailed, RFC 4528; whatever a server makes up): it throws
// where it reads the socket, which would end the whole process. Here it is given one.
import errors from 'ldapjs/lib/errors/index.js';

/** A result whose code ldapjs does not name, with the fields that its own errors have. */
class UnnamedResult extends Error {
  override readonly name = 'UnnamedResult';
  readonly code: number;
  readonly lde_message: string;

  constructor({ status, errorMessage = '' }: errors.FailedResult) {
    super(`result code ${status}`);
    this.code = status;
    this.lde_message = errorMessage;
  }
}

/** Takes effect for every ldapjs client of this process. */
export function nameEveryResult(): void {
  const named = errors.getError.bind(errors);
  errors.getError = (result) => (errors.getMessage(result.status) === '' ? new UnnamedResult(result) : named(result));
}
