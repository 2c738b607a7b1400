// SPDX-License-Identifier: Apache-2.0
// How the manager reaches the directory: one identity, and a password that is read again at each bind.
import { readFileSync } from 'node:fs';
import { Inject, Injectable } from '@nestjs/common';
import { openDirectory, openSync } from '@drvs/directory';
import type { LdapDirectory, ServerOptions, SyncHandler, SyncOptions, SyncSession } from '@drvs/directory';
import { SETTINGS, readPassword } from '../config/settings.js';
import type { Settings } from '../config/settings.js';

@Injectable()
export class DirectoryPort {
  constructor(@Inject(SETTINGS) private readonly settings: Pick<Settings, 'ldap'>) {}

  /** Follows a subtree until closed. */
  follow(options: Pick<SyncOptions, 'base' | 'cookie' | 'onStatus' | 'holdBatch'>, handler: SyncHandler): SyncSession {
    return openSync({ ...this.server(), ...options }, handler);
  }

  /**
   * For writes. Close it.
   *
   * @param actAs DN in whose name to write; default: the manager's own
   */
  open(actAs?: string): LdapDirectory {
    return openDirectory({ ...this.server(), ...(actAs !== undefined && { actAs }) });
  }

  private server(): ServerOptions {
    const { urls, caFile, bindDn, passwordFile } = this.settings.ldap;
    const ca = caFile === undefined ? undefined : readFileSync(caFile, 'utf8');
    return { urls, ca, bindDn, password: () => readPassword(passwordFile) };
  }
}
