// SPDX-License-Identifier: Apache-2.0
import type { Entry } from '../entry.js';
import { EntryStore } from '../sync/entry-store.js';
import { OPERATIONAL } from '../sync/synced-entry.js';
import type { ServerOptions } from '../sync/types.js';
import { ASSERTION } from './assertion.js';
import { DirectoryError } from './errors.js';
import { guardedModifications } from './guarded-modify.js';
import { LdapjsClient } from './ldapjs-client.js';
import { emptyPasswordError, resultError } from './result-errors.js';
import type {
  AttributeValues,
  DirectoryOptions,
  LdapDirectory,
  Modification,
  SearchOptions,
  WriteOperation,
} from './types.js';

const DEFAULT_TIMEOUT_MS = 10_000;
const DEFAULT_PAGE = 500;
/** LDAP result code of a control that did not hold (RFC 4528). */
const ASSERTION_FAILED = 122;

type Reach = Pick<DirectoryOptions, 'urls' | 'ca' | 'connectTimeoutMs' | 'operationTimeoutMs' | 'actAs'>;

/** Connects to the first URL that answers. Rejects with what the last one said. */
async function connect({ urls, ca, connectTimeoutMs, operationTimeoutMs, actAs }: Reach): Promise<LdapjsClient> {
  let failure: unknown = new DirectoryError('Unreachable', 'No LDAP URL is given.', 'Set at least one.');
  for (const url of urls) {
    try {
      return await LdapjsClient.open({
        url,
        ca,
        connectTimeoutMs: connectTimeoutMs ?? DEFAULT_TIMEOUT_MS,
        operationTimeoutMs: operationTimeoutMs ?? DEFAULT_TIMEOUT_MS,
        actAs,
      });
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

async function connectAs(reach: Reach, dn: string, password: string): Promise<LdapjsClient> {
  if (password === '') throw emptyPasswordError(dn);
  const client = await connect(reach);
  try {
    await client.bind(dn, password);
    return client;
  } catch (error) {
    client.close();
    throw error;
  }
}

function lists(attributes: AttributeValues): Record<string, readonly string[]> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, typeof value === 'string' ? [value] : value]),
  );
}

class LdapjsDirectory implements LdapDirectory {
  private connection: Promise<LdapjsClient> | undefined;
  private closed = false;

  constructor(private readonly options: DirectoryOptions) {}

  async search(base: string, options: SearchOptions = {}): Promise<Entry[]> {
    const { scope = 'sub', filter = { present: 'objectClass' }, attributes = ['*'], sizeLimit = 0 } = options;
    const { pageSize = DEFAULT_PAGE } = options;
    const client = await this.client();
    const found = await client.search(base, filter, {
      scope,
      attributes: [...attributes, ...OPERATIONAL],
      sizeLimit,
      ...(scope !== 'base' && sizeLimit === 0 && pageSize > 0 && { paged: { pageSize } }),
    });
    const linked = new EntryStore(found);
    return found.flatMap(({ uuid }) => linked.get(uuid) ?? []);
  }

  async read(dn: string): Promise<Entry | undefined> {
    try {
      return (await this.search(dn, { scope: 'base' }))[0];
    } catch (error) {
      if (error instanceof DirectoryError && error.code === 'NoSuchObject') return undefined;
      throw error;
    }
  }

  async add(dn: string, attributes: AttributeValues): Promise<void> {
    return (await this.client()).write({ op: 'add', dn, attributes: lists(attributes) });
  }

  async modify(dn: string, changes: readonly Modification[]): Promise<void> {
    return (await this.client()).write({ op: 'modify', dn, changes });
  }

  async delete(dn: string): Promise<void> {
    return (await this.client()).write({ op: 'delete', dn });
  }

  async rename(dn: string, newRdn: string, newSuperior?: string): Promise<void> {
    return (await this.client()).write({ op: 'rename', dn, newRdn, ...(newSuperior !== undefined && { newSuperior }) });
  }

  async write(operation: WriteOperation, ifCsn?: string): Promise<void> {
    const client = await this.client();
    if (ifCsn === undefined || operation.op === 'add') return client.write(operation);
    if (await client.offers(ASSERTION)) return client.write(operation, ifCsn);
    const entry = await this.read(operation.dn);
    if (entry?.csn !== ifCsn) throw resultError(`Changing ${operation.dn}`, { code: ASSERTION_FAILED, message: '' });
    if (operation.op !== 'modify') return client.write(operation);
    return client.write({ ...operation, changes: guardedModifications(operation.changes, entry) });
  }

  async close(): Promise<void> {
    this.closed = true;
    const connection = this.connection;
    this.connection = undefined;
    (await connection?.catch(() => undefined))?.close();
  }

  /** The present connection, or a new one. */
  private client(): Promise<LdapjsClient> {
    if (this.closed) {
      return Promise.reject(new DirectoryError('Closed', 'The directory was closed by us.', 'Open it again.'));
    }
    if (this.connection === undefined) {
      const opening = this.open();
      this.connection = opening;
      const forget = (): void => {
        if (this.connection === opening) this.connection = undefined;
      };
      opening.then((client) => client.onClose(forget), forget);
    }
    return this.connection;
  }

  private async open(): Promise<LdapjsClient> {
    return connectAs(this.options, this.options.bindDn, await this.options.password());
  }
}

/** Opens a directory as one identity. Nothing is sent before the first use. */
export function openDirectory(options: DirectoryOptions): LdapDirectory {
  return new LdapjsDirectory(options);
}

/** Answers that say "not this DN with this password", and not "try again". */
const REFUSALS: readonly string[] = ['InvalidCredentials', 'InvalidDn', 'NoSuchObject'];

/**
 * True when the directory accepts the password for this DN, false when it refuses it. An empty password or DN is false
 * without asking. Rejects with a `DirectoryError` when it could not be asked.
 */
export async function verifyPassword(
  server: Pick<ServerOptions, 'urls' | 'ca' | 'connectTimeoutMs'>,
  dn: string,
  password: string,
): Promise<boolean> {
  if (password === '' || dn.trim() === '') return false;
  try {
    (await connectAs(server, dn, password)).close();
    return true;
  } catch (error) {
    if (error instanceof DirectoryError && REFUSALS.includes(error.code)) return false;
    throw error;
  }
}
