// SPDX-License-Identifier: Apache-2.0
import type { ServerOptions } from '../sync/types.js';
import type { DirectoryOptions, LdapDirectory } from './types.js';

/** Opens a directory as one identity. Nothing is sent before the first use. */
export function openDirectory(_options: DirectoryOptions): LdapDirectory {
  throw new Error('openDirectory: not built yet');
}

/**
 * True when the directory accepts the password for this DN, false when it refuses it. An empty password is false without
 * asking. Rejects with a `DirectoryError` when it could not be asked.
 */
export function verifyPassword(
  _server: Pick<ServerOptions, 'urls' | 'ca'>,
  _dn: string,
  _password: string,
): Promise<boolean> {
  throw new Error('verifyPassword: not built yet');
}
