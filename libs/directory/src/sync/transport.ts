// SPDX-License-Identifier: Apache-2.0
// From a URL to a connected socket.
import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { connectionError, timeoutError } from '../client/result-errors.js';
import { DirectoryError } from '../client/errors.js';

const KEEPALIVE_MS = 30_000;

export interface LdapAddress {
  readonly kind: 'ldap' | 'ldaps' | 'ldapi';
  readonly host: string;
  readonly port: number;
  /** Of the Unix socket, for ldapi. */
  readonly path: string;
}

/** Takes an LDAP URL apart; anything after host and port is refused, since it would be ignored silently. */
export function parseLdapUrl(url: string): LdapAddress {
  const match = /^(ldaps?|ldapi):\/\/(\[[^\]/]+\]|[^/:[\]?]*)(?::([0-9]{1,5}))?\/?$/.exec(url);
  const [, kind = '', rawHost = '', port] = match ?? [];
  const bad = (why: string): DirectoryError =>
    new DirectoryError(
      'Unreachable',
      `"${url}" is no LDAP URL: ${why}.`,
      'Write ldaps://host:port, ldap://host:port or ldapi://%2Fpath.',
    );
  if (kind === 'ldapi') {
    const path = decodeURIComponent(rawHost);
    if (!path.startsWith('/')) throw bad('an ldapi URL holds the absolute path of a socket, with %2F for each slash');
    return { kind, host: 'localhost', port: 0, path };
  }
  if (kind !== 'ldap' && kind !== 'ldaps') throw bad('it starts with none of ldaps://, ldap://, ldapi://');
  if (rawHost === '') throw bad('it names no host');
  const host = rawHost.replace(/^\[|\]$/g, '');
  return { kind, host, port: Number(port ?? (kind === 'ldaps' ? 636 : 389)), path: '' };
}

/** Opens a socket, TLS included. Rejects with `Unreachable`, `TlsFailure` or `Timeout`. */
export function openSocket(url: string, ca: string | undefined, timeoutMs: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const { kind, host, port, path } = parseLdapUrl(url);
    const name = isIP(host) === 0 ? { servername: host } : {};
    const socket =
      kind === 'ldapi'
        ? connectPlain(path)
        : kind === 'ldap'
          ? connectPlain(port, host)
          : connectTls({ host, port, ...name, ...(ca !== undefined && { ca }), minVersion: 'TLSv1.2' });
    const give = (error: DirectoryError): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(error);
    };
    const timer = setTimeout(() => give(timeoutError(`Connecting to ${url}`, timeoutMs)), timeoutMs);
    const fail = (error: Error): void => give(connectionError(url, error));
    socket.once('error', fail);
    socket.once(kind === 'ldaps' ? 'secureConnect' : 'connect', () => {
      clearTimeout(timer);
      socket.off('error', fail);
      socket.setNoDelay(true);
      socket.setKeepAlive(true, KEEPALIVE_MS);
      resolve(socket);
    });
  });
}
