// SPDX-License-Identifier: Apache-2.0
// LDAP result codes and broken connections as DirectoryErrors, with a sentence and a remedy each.
import { types } from 'node:util';
import { DirectoryError, type DirectoryErrorCode } from './errors.js';

interface Meaning {
  readonly code: DirectoryErrorCode;
  readonly sentence: string;
  readonly remedy: string;
}

const meaning = (code: DirectoryErrorCode, sentence: string, remedy: string): Meaning => ({ code, sentence, remedy });
const LATER = 'Wait: it is tried again.';

const MEANINGS: ReadonlyMap<number, Meaning> = new Map([
  [2, meaning('ProtocolError', 'The server could not read our request', 'Check that the server speaks LDAPv3.')],
  [
    3,
    meaning(
      'TimeLimitExceeded',
      "The server's time limit was reached",
      'Raise the time limit of this account (slapd: olcLimits).',
    ),
  ],
  [
    4,
    meaning(
      'SizeLimitExceeded',
      "The server's size limit was reached",
      'Raise the size limit of this account (slapd: olcLimits size=unlimited).',
    ),
  ],
  [8, meaning('InsecureRefused', 'The server wants a stronger authentication', 'Use an ldaps:// URL.')],
  [10, meaning('Referral', 'The server refers to another server', 'Name that server in the URL list.')],
  [
    11,
    meaning('AdminLimitExceeded', 'A limit set by the administrator was reached', 'Raise the limits of this account.'),
  ],
  [
    12,
    meaning(
      'SyncRefused',
      'The server does not offer content synchronisation (RFC 4533) here',
      'Load the overlay syncprov (slapd) or the Content Sync plugin (389 Directory Server).',
    ),
  ],
  [13, meaning('InsecureRefused', 'The server wants TLS', 'Use an ldaps:// URL.')],
  [
    16,
    meaning(
      'NoSuchAttribute',
      'The attribute or value to delete is not there',
      'Read the entry again: somebody changed it.',
    ),
  ],
  [
    17,
    meaning(
      'SchemaViolation',
      'The server does not know the attribute',
      'Load the schema of deploy/ldap into the server.',
    ),
  ],
  [
    19,
    meaning('ConstraintViolation', 'A rule of the server forbids it', 'Choose a value that is in range and not taken.'),
  ],
  [20, meaning('AttributeOrValueExists', 'The value is there already', 'Read the entry again: somebody changed it.')],
  [21, meaning('SchemaViolation', "A value is not of its attribute's syntax", 'Correct the value.')],
  [32, meaning('NoSuchObject', 'There is no such entry, or it may not be seen', 'Check the DN and the access rules.')],
  [34, meaning('InvalidDn', 'The name is not a DN', 'Correct the DN.')],
  [48, meaning('InvalidCredentials', 'The account may not bind this way', 'Check the bind DN and its password.')],
  [49, meaning('InvalidCredentials', 'The DN or the password is wrong', 'Check the bind DN and the password file.')],
  [
    50,
    meaning(
      'InsufficientAccess',
      'The account may not do this',
      "Check the server's access rules (deploy/ldap/access.ldif shows ours).",
    ),
  ],
  [51, meaning('Busy', 'The server is busy', LATER)],
  [52, meaning('Unavailable', 'The server is shutting down or not ready', LATER)],
  [53, meaning('UnwillingToPerform', 'The server is unwilling', 'See what the server says.')],
  [
    65,
    meaning(
      'SchemaViolation',
      'The entry would not be of its object classes',
      'Add what is required, or remove what is not allowed.',
    ),
  ],
  [66, meaning('NotAllowedOnNonLeaf', 'The entry has entries below it', 'Delete those first.')],
  [68, meaning('AlreadyExists', 'The entry is there already', 'Change it instead, or choose another name.')],
  [122, meaning('AssertionFailed', 'The entry changed since it was read', 'Read it again and repeat the change.')],
  [
    4096,
    meaning('SyncRefreshRequired', 'The server wants a full refresh', 'Nothing: the whole content is read again.'),
  ],
]);

/** An LDAP result (RFC 4511, 4.1.9) that is no success. */
export interface FailedResult {
  readonly code: number;
  /** The server's diagnostic message. */
  readonly message: string;
  readonly referrals?: readonly string[];
}

/** @param what the operation and the thing, e.g. `Binding to ldap://h as cn=x` */
export function resultError(what: string, { code, message, referrals = [] }: FailedResult): DirectoryError {
  const diagnostic = [message, ...referrals].filter((text) => text !== '').join(' ');
  const known =
    MEANINGS.get(code) ?? meaning('Other', `The server answered with result code ${code}`, 'See what the server says.');
  const said = diagnostic === '' ? '' : ` (the server says: ${diagnostic})`;
  return new DirectoryError(known.code, `${what} failed: ${known.sentence}${said}.`, known.remedy, {
    resultCode: code,
  });
}

/** Codes by which Node names a certificate or handshake that is not accepted. */
const TLS_CODE = /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH|EPROTO)/;

/** A socket that could not be opened or broke. */
export function connectionError(url: string, cause: unknown): DirectoryError {
  if (cause instanceof DirectoryError) return cause;
  const code = types.isNativeError(cause) && 'code' in cause ? String(cause.code) : '';
  const text = types.isNativeError(cause) ? cause.message || code : String(cause);
  if (TLS_CODE.test(code)) {
    const remedy =
      "Give the authority that signed the server's certificate (LDAP_CA), and use the host name the certificate has.";
    return new DirectoryError('TlsFailure', `TLS with ${url} failed: ${text}.`, remedy, { cause });
  }
  const remedy = 'Check that the directory server runs and that the URL and the network lead to it.';
  return new DirectoryError('Unreachable', `No connection to ${url}: ${text}.`, remedy, { cause });
}

export function timeoutError(what: string, ms: number): DirectoryError {
  const remedy = 'Check that the directory server is well and the network is up.';
  return new DirectoryError('Timeout', `${what} got no answer within ${ms} ms.`, remedy);
}

/** Why a batch was not accepted. */
export function handlerError(cause: unknown): DirectoryError {
  const why = types.isNativeError(cause) ? cause.message : String(cause);
  const remedy = 'See why the receiver failed; the batch is asked for again.';
  return new DirectoryError('HandlerFailed', `A batch was not accepted: ${why}.`, remedy, { cause });
}

/** RFC 4513, 5.1.2: a bind with an empty password succeeds and proves nothing. */
export function emptyPasswordError(dn: string): DirectoryError {
  const remedy = 'Put the password into the password file.';
  return new DirectoryError('EmptyPassword', `The password of ${dn} is empty: that would bind as nobody.`, remedy);
}
