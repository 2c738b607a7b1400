// SPDX-License-Identifier: Apache-2.0
// Every way the directory can refuse or fail, with a stable code, a sentence and a remedy.

export const DIRECTORY_ERROR_CODES = [
  'Unreachable', // no TCP connection, or it broke
  'Timeout', // connected, but no answer in time
  'TlsFailure', // certificate not trusted, wrong name, or the handshake failed
  'InsecureRefused', // the server wants confidentiality for this
  'InvalidCredentials', // wrong DN or password
  'EmptyPassword', // refused by us before asking (RFC 4513's unauthenticated bind would succeed)
  'InsufficientAccess',
  'NoSuchObject',
  'AlreadyExists',
  'NotAllowedOnNonLeaf',
  'ConstraintViolation', // a rule of the server: unique, constraint, schema values
  'SchemaViolation',
  'InvalidDn',
  'NoSuchAttribute',
  'AttributeOrValueExists',
  'AssertionFailed',
  'SizeLimitExceeded',
  'TimeLimitExceeded',
  'AdminLimitExceeded',
  'Busy',
  'Unavailable',
  'UnwillingToPerform',
  'SyncRefused', // the server offers no content synchronisation here
  'SyncRefreshRequired', // 4096, or a cookie the server will not take
  'ProviderBehind', // one of several servers has not seen yet what was read from another
  'IdentityMissing', // entries come without entryUUID: nothing tells a rename from a deletion
  'Referral',
  'ProtocolError', // bytes or messages that make no sense
  'HandlerFailed', // the caller did not accept a batch
  'Closed', // used after close()
  'Other',
] as const;
export type DirectoryErrorCode = (typeof DIRECTORY_ERROR_CODES)[number];

/** A failed directory operation. Never carries a password. */
export class DirectoryError extends Error {
  override readonly name = 'DirectoryError';
  constructor(
    readonly code: DirectoryErrorCode,
    /** One sentence: the thing and the rule. */
    message: string,
    /** What to do about it. */
    readonly remedy: string,
    options: { readonly resultCode?: number; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.resultCode = options.resultCode;
  }
  /** LDAP result code, where the server gave one. */
  readonly resultCode: number | undefined;
}
