// SPDX-License-Identifier: Apache-2.0
// What the environment says: parsed once, at start, with an error that names the variable, the rule and the remedy.
import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** One DRVS this manager serves: its name in URLs and the base of its subtree. */
export interface SystemSettings {
  readonly name: string;
  readonly baseDn: string;
}

/** Where to listen: a TCP address or a Unix socket; TLS on both. */
export type Listener =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}

export interface LdapSettings {
  readonly urls: readonly string[];
  /** File of PEM certificates, undefined for the system's own. */
  readonly caFile: string | undefined;
  readonly bindDn: string;
  /** Read again at each bind, so that a corrected file is enough. */
  readonly passwordFile: string;
}

export interface Settings {
  readonly systems: readonly SystemSettings[];
  readonly listen: readonly Listener[];
  /** Undefined only in insecure mode. */
  readonly tls: TlsFiles | undefined;
  readonly databaseUrl: string;
  readonly ldap: LdapSettings;
  /** Days after which rows of the audit are removed; undefined: never. */
  readonly auditDays: number | undefined;
  readonly insecure: boolean;
  readonly logLevel: string;
}

/** Injection token of {@link Settings}. */
export const SETTINGS = Symbol('Settings');

/** A setting that cannot be used. */
export class SettingsError extends Error {
  readonly code = 'SettingsInvalid';
}

const SYSTEM_NAME = /^[a-z][a-z0-9-]{0,62}$/;

function parseSystem(text: string, context: z.RefinementCtx): SystemSettings {
  const equals = text.indexOf('=');
  const name = text.slice(0, Math.max(equals, 0)).trim();
  const baseDn = text.slice(equals + 1).trim();
  if (!SYSTEM_NAME.test(name) || !baseDn.includes('=')) {
    context.addIssue(`'${text}' is not NAME=BASE-DN: write e.g. lab=ou=drvs,dc=example (a name is [a-z][a-z0-9-]*)`);
  }
  return { name, baseDn };
}

function parseListener(text: string, context: z.RefinementCtx): Listener {
  if (text.startsWith('unix:/')) return { kind: 'unix', path: text.slice('unix:'.length) };
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) {
    context.addIssue(`'${text}' is neither HOST:PORT nor unix:/PATH: write e.g. 127.0.0.1:8443`);
  }
  return { kind: 'tcp', host: match?.[1] ?? match?.[2] ?? '', port };
}

const listOf = <T>(separator: RegExp, parse: (text: string, context: z.RefinementCtx) => T) =>
  z.string().transform((text, context): T[] => {
    const parts = text.split(separator).filter((part) => part !== '');
    if (parts.length === 0) context.addIssue('is empty');
    return parts.map((part) => parse(part.trim(), context));
  });

function parseLdapUrl(text: string, context: z.RefinementCtx): string {
  if (!/^ldap[si]?:\/\//.test(text)) context.addIssue(`'${text}' is not an ldaps://, ldap:// or ldapi:// URL`);
  return text;
}

const environmentSchema = z
  .object({
    DRVS_SYSTEMS: listOf(/;/, parseSystem),
    DRVS_LISTEN: listOf(/,/, parseListener).prefault('127.0.0.1:8443'),
    DRVS_TLS_CERT: z.string().min(1).optional(),
    DRVS_TLS_KEY: z.string().min(1).optional(),
    DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, 'is not a postgresql:// URL'),
    LDAP_URL: listOf(/\s+/, parseLdapUrl),
    LDAP_CA: z.string().min(1).optional(),
    LDAP_BIND_DN: z.string().min(1),
    LDAP_PASSWORD_FILE: z.string().min(1),
    DRVS_AUDIT_DAYS: z.coerce
      .number('is not a number of days')
      .int('is not a whole number of days')
      .min(30, 'is less than 30 days, which the database keeps in any case')
      .max(36_500)
      .optional(),
    DRVS_INSECURE: z.enum(['0', '1']).default('0'),
    DRVS_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info'),
  })
  .superRefine((env, context) => {
    const insecure = env.DRVS_INSECURE === '1';
    if ((env.DRVS_TLS_CERT === undefined) !== (env.DRVS_TLS_KEY === undefined)) {
      context.addIssue({
        code: 'custom',
        path: ['DRVS_TLS_KEY'],
        message: 'DRVS_TLS_CERT and DRVS_TLS_KEY go together',
      });
    }
    if (env.DRVS_TLS_CERT === undefined && !insecure) {
      const message = 'is not set: give a certificate and a key, or DRVS_INSECURE=1 for a test without TLS';
      context.addIssue({ code: 'custom', path: ['DRVS_TLS_CERT'], message });
    }
    const plain = env.LDAP_URL.find((url) => url.startsWith('ldap://'));
    if (plain !== undefined && !insecure) {
      const message = `${plain} would send passwords in the clear: use ldaps://, or DRVS_INSECURE=1 for a test`;
      context.addIssue({ code: 'custom', path: ['LDAP_URL'], message });
    }
    const names = env.DRVS_SYSTEMS.map((system) => system.name);
    if (new Set(names).size !== names.length) {
      context.addIssue({ code: 'custom', path: ['DRVS_SYSTEMS'], message: 'names one system twice' });
    }
  });

const databaseSchema = environmentSchema.shape.DATABASE_URL;

function describe(error: z.ZodError): SettingsError {
  const lines = error.issues.map((issue) => {
    const unset = issue.code === 'invalid_type' && issue.message.includes('undefined');
    return `  ${issue.path.join('.')}: ${unset ? 'is not set' : issue.message}`;
  });
  return new SettingsError(
    `the environment is not usable (apps/manager/README.md lists every variable):\n${lines.join('\n')}`,
  );
}

/** The settings of the server. Throws {@link SettingsError}. */
export function parseSettings(environment: NodeJS.ProcessEnv): Settings {
  const parsed = environmentSchema.safeParse(environment);
  if (!parsed.success) throw describe(parsed.error);
  const env = parsed.data;
  const { DRVS_TLS_CERT: cert, DRVS_TLS_KEY: key } = env;
  return {
    systems: env.DRVS_SYSTEMS,
    listen: env.DRVS_LISTEN,
    tls: cert !== undefined && key !== undefined ? { cert, key } : undefined,
    databaseUrl: env.DATABASE_URL,
    ldap: {
      urls: env.LDAP_URL,
      caFile: env.LDAP_CA,
      bindDn: env.LDAP_BIND_DN,
      passwordFile: env.LDAP_PASSWORD_FILE,
    },
    auditDays: env.DRVS_AUDIT_DAYS,
    insecure: env.DRVS_INSECURE === '1',
    logLevel: env.DRVS_LOG_LEVEL,
  };
}

/** DATABASE_URL alone, for subcommands that need nothing else. Throws {@link SettingsError}. */
export function parseDatabaseUrl(environment: NodeJS.ProcessEnv): string {
  const parsed = z.object({ DATABASE_URL: databaseSchema }).safeParse(environment);
  if (!parsed.success) throw describe(parsed.error);
  return parsed.data.DATABASE_URL;
}

/** The password in a file: its first line, whatever follows. Throws when the file cannot be read or is empty. */
export function readPassword(file: string): string {
  const password = readFileSync(file, 'utf8').split(/\r?\n/, 1)[0] ?? '';
  if (password === '') throw new SettingsError(`${file} holds no password: write it on the first line`);
  return password;
}
