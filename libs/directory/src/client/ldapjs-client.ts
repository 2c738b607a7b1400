// SPDX-License-Identifier: Apache-2.0
// One bound ldapjs client as promises and DirectoryErrors. Everything that is particular to ldapjs 3 stays in here.
import { types } from 'node:util';
import ldapjs, { type Client, type ClientOptions, type SearchEntry, type SearchOptions as LdapjsSearch } from 'ldapjs';
import { toSyncedEntry } from '../sync/synced-entry.js';
import { parseLdapUrl } from '../sync/transport.js';
import type { Filter, SyncedEntry } from '../sync/types.js';
import { CsnAssertion } from './assertion.js';
import type { DirectoryError } from './errors.js';
import { connectionError, resultError, timeoutError } from './result-errors.js';
import { ProxiedAuthorization } from './proxied-authorization.js';
import type { Modification, WriteOperation } from './types.js';
import { nameEveryResult } from './unnamed-results.js';

nameEveryResult();

export interface ClientSettings {
  readonly url: string;
  readonly ca: string | undefined;
  readonly connectTimeoutMs: number;
  readonly operationTimeoutMs: number;
  /** DN in whose name to write. */
  readonly actAs: string | undefined;
}

type Lists = Readonly<Record<string, readonly string[]>>;
type Callback = (error: Error | null) => void;

/**
 * ldapjs names LDAP results by number and broken connections by class. Its errors are objects of its own making, so they
 * are read field by field.
 */
function toDirectoryError(what: string, url: string, timeoutMs: number, error: unknown): DirectoryError {
  const { name, code, message, lde_message: said } = error as Readonly<Record<string, unknown>>;
  if (name === 'TimeoutError') return timeoutError(what, timeoutMs);
  if (typeof code === 'number' && code > 0 && name !== 'ConnectionError') {
    return resultError(what, { code, message: typeof said === 'string' && said !== name ? said : '' });
  }
  return connectionError(url, types.isNativeError(error) ? error : new Error(String(message), { cause: error }));
}

function toFilter(filter: Filter): ldapjs.Filter {
  if ('and' in filter) return new ldapjs.AndFilter({ filters: filter.and.map(toFilter) });
  if ('or' in filter) return new ldapjs.OrFilter({ filters: filter.or.map(toFilter) });
  if ('not' in filter) return new ldapjs.NotFilter({ filter: toFilter(filter.not) });
  if ('present' in filter) return new ldapjs.PresenceFilter({ attribute: filter.present });
  const [attribute, value] = filter.equal;
  return new ldapjs.EqualityFilter({ attribute, value });
}

function openSocket(settings: ClientSettings): Promise<Client> {
  const { url, ca, connectTimeoutMs, operationTimeoutMs } = settings;
  const address = parseLdapUrl(url);
  return new Promise((resolve, reject) => {
    // ldapjs' own connectTimeout misreads the socket's state, so the time is measured here.
    const client = ldapjs.createClient({
      ...(address.kind === 'ldapi' ? { socketPath: address.path } : { url }),
      timeout: operationTimeoutMs,
      tlsOptions: { ...(ca !== undefined && { ca: [ca] }), minVersion: 'TLSv1.2' },
    } as ClientOptions);
    const fail = (error: DirectoryError): void => {
      clearTimeout(timer);
      client.destroy();
      reject(error);
    };
    const timer = setTimeout(() => fail(timeoutError(`Connecting to ${url}`, connectTimeoutMs)), connectTimeoutMs);
    client.on('error', (error: Error) => fail(connectionError(url, error)));
    client.on('connectError', (error: Error) => fail(connectionError(url, error)));
    client.on('connect', () => {
      clearTimeout(timer);
      resolve(client);
    });
  });
}

const fromBase64 = (text: string): Buffer => Buffer.from(text, 'base64');

/** Requires parts of the entry that ldapjs gives as it read them. */
function toEntry(found: SearchEntry): SyncedEntry | undefined {
  const attributes = found.attributes.map(({ type, buffers }) => ({ name: type, values: buffers }));
  return toSyncedEntry(String(found.objectName), attributes);
}

/** @param binary values in base64, by name */
function toAttributes(attributes: Lists, binary: Lists = {}): ldapjs.Attribute[] {
  const values = new Map<string, (string | Buffer)[]>(
    Object.entries(attributes).map(([name, texts]) => [name, [...texts]]),
  );
  for (const [name, encoded] of Object.entries(binary)) {
    values.set(name, [...(values.get(name) ?? []), ...encoded.map(fromBase64)]);
  }
  return [...values].map(([type, list]) => new ldapjs.Attribute({ type, values: list }));
}

function toChange({ op, attribute, values, binary = [] }: Modification): ldapjs.Change {
  const modification = new ldapjs.Attribute({ type: attribute, values: [...values, ...binary.map(fromBase64)] });
  return new ldapjs.Change({ operation: op, modification });
}

export class LdapjsClient {
  private offered: Promise<ReadonlySet<string>> | undefined;
  /** Of every write. */
  private readonly controls: readonly ProxiedAuthorization[];

  private constructor(
    private readonly client: Client,
    private readonly settings: ClientSettings,
  ) {
    this.controls = settings.actAs === undefined ? [] : [new ProxiedAuthorization(settings.actAs)];
  }

  static async open(settings: ClientSettings): Promise<LdapjsClient> {
    return new LdapjsClient(await openSocket(settings), settings);
  }

  /** Calls back once when the connection is over. */
  onClose(listener: () => void): void {
    this.client.once('close', listener);
  }

  bind(dn: string, password: string): Promise<void> {
    const what = `Binding to ${this.settings.url} as ${dn}`;
    return this.call(what, (callback) => this.client.bind(dn, password, callback));
  }

  /** True when the server lists a control, asked once per connection. */
  offers(control: string): Promise<boolean> {
    this.offered ??= this.readControls();
    return this.offered.then((controls) => controls.has(control));
  }

  /** @param ifCsn asserts this entryCSN: the server must offer the control */
  write(operation: WriteOperation, ifCsn?: string): Promise<void> {
    const { client } = this;
    const { dn } = operation;
    const controls = ifCsn === undefined ? this.controls : [...this.controls, new CsnAssertion(ifCsn)];
    switch (operation.op) {
      case 'add': {
        const entry = toAttributes(operation.attributes, operation.binary);
        return this.call(`Adding ${dn}`, (callback) => client.add(dn, entry, controls, callback));
      }
      case 'modify': {
        const changes = operation.changes.map(toChange);
        return this.call(`Changing ${dn}`, (callback) => client.modify(dn, changes, controls, callback));
      }
      case 'delete':
        return this.call(`Deleting ${dn}`, (callback) => client.del(dn, controls, callback));
      case 'rename': {
        const newDn = [operation.newRdn, operation.newSuperior].filter((part) => part !== undefined).join(',');
        return this.call(`Renaming ${dn}`, (callback) => client.modifyDN(dn, newDn, controls, callback));
      }
    }
  }

  private async readControls(): Promise<ReadonlySet<string>> {
    const values = await new Promise<string[]>((resolve, reject) => {
      const what = `Reading the root DSE at ${this.settings.url}`;
      const fail = (error: unknown): void =>
        reject(toDirectoryError(what, this.settings.url, this.settings.operationTimeoutMs, error));
      const options: LdapjsSearch = { scope: 'base', attributes: ['supportedControl'] };
      this.client.search('', options, (refused, response) => {
        if (refused) {
          fail(refused);
          return;
        }
        const found: string[] = [];
        response.on('searchEntry', ({ attributes }) => found.push(...attributes.flatMap(({ values }) => values)));
        response.on('error', fail);
        response.on('end', () => resolve(found));
      });
    });
    return new Set(values);
  }

  search(base: string, filter: Filter, options: Omit<LdapjsSearch, 'filter'>): Promise<SyncedEntry[]> {
    const { url, operationTimeoutMs } = this.settings;
    const what = `Searching ${base === '' ? 'the root DSE' : base} at ${url}`;
    const timeLimit = Math.ceil(operationTimeoutMs / 1000);
    return new Promise((resolve, reject) => {
      const fail = (error: Error): void => reject(toDirectoryError(what, url, operationTimeoutMs, error));
      this.client.search(base, { timeLimit, ...options, filter: toFilter(filter) }, (refused, response) => {
        if (refused) {
          fail(refused);
          return;
        }
        const entries: SyncedEntry[] = [];
        response.on('searchEntry', (found) => {
          const entry = toEntry(found);
          if (entry) entries.push(entry);
        });
        response.on('error', fail);
        response.on('end', (result) => {
          if (result === null || result.status === 0) resolve(entries);
          else reject(resultError(what, { code: result.status, message: result.errorMessage }));
        });
      });
    });
  }

  close(): void {
    this.client.destroy();
  }

  private call(what: string, start: (callback: Callback) => void): Promise<void> {
    const { url, operationTimeoutMs } = this.settings;
    return new Promise((resolve, reject) => {
      const fail = (error: unknown): void => reject(toDirectoryError(what, url, operationTimeoutMs, error));
      try {
        start((error) => (error ? fail(error) : resolve()));
      } catch (error) {
        // ldapjs throws for a DN it cannot read.
        fail(Object.assign(new Error('the name is not a DN', { cause: error }), { code: 34 }));
      }
    });
  }
}
