// SPDX-License-Identifier: Apache-2.0
// What agent.conf lets the directory do on this node. Checked at every start, for every source of documents.
import type { ProcessDocument } from '@drvs/contracts';
import type { Account, HostFacts } from '../actual/actual.js';
import type { AgentConfig } from '../config.js';

export type Bounds = Pick<AgentConfig, 'allowUsers' | 'allowRoot' | 'allowPaths' | 'allowCredentials'>;

/** Why a process is not started. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
}

export type Verdict = { readonly account: Account } | { readonly refusal: Refusal };

const CONF = '/etc/drvs/agent.conf';

function refuse(code: string, message: string): { refusal: Refusal } {
  return { refusal: { code, message } };
}

/** True when `path` is one of the folders or lies below one. */
export function isInside(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => {
    const base = folder.replace(/\/+$/, '');
    return path === base || path.startsWith(`${base}/`);
  });
}

function judgeAccount(user: string | undefined, bounds: Bounds, host: HostFacts): Verdict {
  const name = user ?? bounds.allowUsers[0];
  if (name === undefined) return refuse('UserNotAllowed', `allowUsers in ${CONF} is empty; name an account there`);
  const account = host.accounts.get(name);
  if (!account) return refuse('UserUnknown', `account ${name} does not exist on this node; create it`);
  // Root is found by number: an account may have any name.
  const root = account.uid === 0 || account.gid === 0 || account.groups.includes(0);
  if (root && !bounds.allowRoot) {
    return refuse('RootNotAllowed', `account ${name} has uid or gid 0; use another, or set allowRoot=true in ${CONF}`);
  }
  if (!bounds.allowUsers.includes(name) && !(root && bounds.allowRoot)) {
    return refuse('UserNotAllowed', `account ${name} is not in allowUsers; add it in ${CONF} or use another`);
  }
  return { account };
}

function judgePath(path: string, folders: readonly string[], setting: string, host: HostFacts): Refusal | undefined {
  const real = host.realPaths.get(path);
  if (!real) return { code: 'FileMissing', message: `${path} does not exist on this node; install it` };
  if (isInside(real, folders)) return undefined;
  const where = real === path ? path : `${path} (really ${real})`;
  return {
    code: 'PathNotAllowed',
    message: `${where} is not below ${setting} in ${CONF}; move it or allow its folder`,
  };
}

/** The file of a credential written `name:path`. */
export function credentialPath(credential: string): string {
  return credential.slice(credential.indexOf(':') + 1);
}

/** Decides whether a launched process may be started here, and as whom. */
export function judge(process: ProcessDocument, bounds: Bounds, host: HostFacts): Verdict {
  const verdict = judgeAccount(process.user, bounds, host);
  if ('refusal' in verdict) return verdict;
  const program = process.exec?.[0] ?? '';
  const refusal = judgePath(program, bounds.allowPaths, 'allowPaths', host);
  if (refusal) return { refusal };
  for (const credential of process.credentials) {
    const denied = judgePath(credentialPath(credential), bounds.allowCredentials, 'allowCredentials', host);
    if (denied) return { refusal: denied };
  }
  return verdict;
}
