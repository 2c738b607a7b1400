// SPDX-License-Identifier: Apache-2.0
// A throw-away authority and a certificate of it for loopback, made by openssl.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface TestCertificates {
  /** PEM of the authority. */
  readonly ca: string;
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}

function openssl(...args: string[]): void {
  const done = spawnSync('openssl', args, { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`openssl ${args[0]} failed: ${done.error?.message ?? done.stderr}`);
}

const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];

/** Makes an authority and a server certificate for localhost and 127.0.0.1 in `directory`. */
export function makeCertificates(directory: string): TestCertificates {
  const file = (name: string): string => join(directory, name);
  const [caFile, caKey, certFile, keyFile] = ['ca.pem', 'ca.key', 'cert.pem', 'key.pem'].map(file) as [
    string,
    string,
    string,
    string,
  ];
  const extensions = ['basicConstraints=CA:FALSE', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  writeFileSync(file('ext'), extensions.join('\n'));
  openssl('req', '-x509', ...EC, '-subj', '/CN=DRVS test authority', '-keyout', caKey, '-out', caFile);
  openssl('req', ...EC, '-subj', '/CN=localhost', '-keyout', keyFile, '-out', file('csr'));
  const issue = ['-in', file('csr'), '-CA', caFile, '-CAkey', caKey, '-CAcreateserial', '-extfile', file('ext')];
  openssl('x509', '-req', ...issue, '-days', '2', '-out', certFile);
  return { ca: readFileSync(caFile, 'utf8'), caFile, certFile, keyFile };
}
