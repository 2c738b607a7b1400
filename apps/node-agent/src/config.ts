// SPDX-License-Identifier: Apache-2.0
// /etc/drvs/agent.conf: `key=value` lines, `#` comments. Owned by root: it bounds what the directory may do on this node.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { AgentError } from './agent-error.js';

const LOGIN = /^[a-z_][a-z0-9_-]{0,31}$/;

const boolean = z.enum(['true', 'false']).transform((value) => value === 'true');
const words = (value: string): string[] => value.split(/[\s,]+/).filter((word) => word !== '');
const absolutePath = z.string().regex(/^\/[^\0]*$/, 'must be an absolute path');
const pathList = z.string().transform(words).pipe(z.array(absolutePath));

const settingsSchema = z.strictObject({
  /** LDAP servers, tried in order. */
  ldapUrl: z
    .string()
    .transform(words)
    .pipe(z.array(z.string().regex(/^ldap[si]?:\/\//, 'must be ldap://, ldaps:// or ldapi:// URLs')).min(1)),
  /** PEM file with the authorities of the LDAP servers. */
  ldapCa: absolutePath.optional(),
  /** DN of this node's entry: who the agent is. */
  nodeDn: z.string().min(1),
  /** DN of the system's entry. */
  systemBase: z.string().min(1),
  /** Accounts that launched processes may run as; the first is the default. */
  allowUsers: z
    .string()
    .default('drvs')
    .transform(words)
    .pipe(z.array(z.string().regex(LOGIN, 'must be account names'))),
  /** Whether uid 0 or gid 0 is allowed. */
  allowRoot: boolean.default(false),
  /** Folders that programs may be started from. */
  allowPaths: pathList.default(['/']),
  /** Folders that credentials of launched processes may be loaded from. */
  allowCredentials: pathList.default(['/etc/drvs/credentials']),
  /** Allows plain LDAP and an unencrypted manager link: for tests only. */
  insecure: boolean.default(false),
});

/** Settings of the agent, validated. */
export type AgentConfig = z.infer<typeof settingsSchema>;

/** Splits the file into settings. Throws AgentError ConfigInvalid that names the line. */
function readSettings(text: string, file: string): Record<string, string> {
  const settings: Record<string, string> = {};
  text.split('\n').forEach((raw, index) => {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) return;
    const at = line.indexOf('=');
    const key = line.slice(0, at).trim();
    if (at < 1 || key in settings) {
      const fault = at < 1 ? 'is not key=value' : `sets ${key} a second time`;
      throw new AgentError('ConfigInvalid', `${file} line ${index + 1} ${fault}`, 'correct that line');
    }
    settings[key] = line.slice(at + 1).trim();
  });
  return settings;
}

/** Parses the text of agent.conf; `file` only names it in errors. */
export function parseConfig(text: string, file: string): AgentConfig {
  const parsed = settingsSchema.safeParse(readSettings(text, file));
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'file'}: ${issue.message}`);
    throw new AgentError('ConfigInvalid', `${file} is not usable: ${faults.join('; ')}`, 'correct it and restart');
  }
  const config = parsed.data;
  const plain = config.ldapUrl.find((url) => url.startsWith('ldap://'));
  if (plain && !config.insecure) {
    throw new AgentError(
      'ConfigInsecure',
      `${file}: ${plain} is not encrypted`,
      'use ldaps://, or insecure=true in a test',
    );
  }
  return config;
}

export async function loadConfig(file: string): Promise<AgentConfig> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new AgentError('ConfigMissing', `cannot read ${file}`, "install the agent's configuration there", { cause });
  });
  return parseConfig(text, file);
}

/** The node's LDAP password, from the systemd credential `ldap-password` (never from a command line or the environment). */
export async function loadPassword(credentials: string | undefined): Promise<string> {
  const remedy = 'the unit needs LoadCredential=ldap-password:/etc/drvs/ldap-password';
  if (!credentials) throw new AgentError('CredentialMissing', 'no systemd credentials directory', remedy);
  const file = join(credentials, 'ldap-password');
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new AgentError('CredentialMissing', `cannot read ${file}`, remedy, { cause });
  });
  const password = text.replace(/\r?\n$/, '');
  // An empty password would turn the bind into an unauthenticated one, which servers accept (RFC 4513, 5.1.2).
  if (password === '')
    throw new AgentError('CredentialMissing', `${file} is empty`, "store the node's LDAP password in it");
  return password;
}
