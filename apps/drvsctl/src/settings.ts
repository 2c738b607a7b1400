// SPDX-License-Identifier: Apache-2.0
// Which manager to ask, as whom: option, else environment, else ~/.config/drvs/drvsctl.json.
import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { CliError, EXIT } from './errors.js';
import type { Terminal } from './terminal.js';

const fileSchema = z.strictObject({
  url: z.string().optional(),
  tokenFile: z.string().optional(),
  ca: z.string().optional(),
  system: z.string().optional(),
});
type Wanted = z.infer<typeof fileSchema>;

/** Options of the command line that settle the same things. */
export type SettingOptions = Wanted & { insecure?: boolean };

export interface Settings {
  readonly url: URL;
  /** Content of the token file. */
  readonly token: string;
  readonly tokenFile: string;
  /** PEM certificates to trust instead of the machine's; undefined = the machine's. */
  readonly ca: string | undefined;
  readonly caFile: string | undefined;
  /** Path segment of the system, e.g. `lab`. */
  readonly system: string;
}

const SOURCES = {
  url: { option: '--url', variable: 'MANAGER_URL' },
  tokenFile: { option: '--token-file', variable: 'DRVS_TOKEN_FILE' },
  ca: { option: '--ca', variable: 'DRVS_CA' },
  system: { option: '--system', variable: 'DRVS_SYSTEM' },
} as const;

/** @throws CliError `Configuration*` naming the setting and where it may be given. */
export function readSettings(options: SettingOptions, terminal: Terminal): Settings {
  const file = settingsFile(terminal.env);
  const given = readSettingsFile(file);
  const value = (key: keyof Wanted) => options[key] ?? nonEmpty(terminal.env[SOURCES[key].variable]) ?? given[key];
  const required = (key: keyof Wanted, what: string) => {
    const found = value(key);
    if (found !== undefined) return found;
    const { option, variable } = SOURCES[key];
    throw new CliError(
      'ConfigurationMissing',
      EXIT.configuration,
      `no ${what} is set`,
      `pass ${option}, set ${variable}, or write "${key}" into ${file}`,
    );
  };
  const url = parseUrl(required('url', 'manager URL'), options.insecure ?? terminal.env.DRVS_INSECURE === '1');
  const tokenFile = required('tokenFile', 'token file');
  const caFile = value('ca');
  return {
    url,
    system: required('system', 'system'),
    tokenFile,
    token: readToken(tokenFile, terminal),
    caFile,
    ca: caFile === undefined ? undefined : readFile(caFile, 'CA'),
  };
}

function settingsFile(env: Terminal['env']): string {
  return join(
    nonEmpty(env.XDG_CONFIG_HOME) ?? join(nonEmpty(env.HOME) ?? homedir(), '.config'),
    'drvs',
    'drvsctl.json',
  );
}

function readSettingsFile(path: string): Wanted {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw unreadable('settings file', path, error);
  }
  const unusable = (why: string) =>
    new CliError(
      'ConfigurationInvalid',
      EXIT.configuration,
      `the settings file ${path} cannot be used: ${why}`,
      `it is a JSON object of ${Object.keys(SOURCES).join(', ')}, each a string`,
    );
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw unusable((error as Error).message);
  }
  const parsed = fileSchema.safeParse(json);
  if (!parsed.success) throw unusable(parsed.error.issues[0]?.message ?? 'wrong shape');
  return parsed.data;
}

function parseUrl(text: string, insecure: boolean): URL {
  const refuse = (rule: string, remedy: string) =>
    new CliError('ConfigurationInvalid', EXIT.configuration, `the manager URL ${text} ${rule}`, remedy);
  if (!URL.canParse(text)) throw refuse('is not a URL', 'write it as https://HOST:PORT');
  const url = new URL(text);
  if (url.protocol === 'http:' && !insecure) {
    throw refuse(
      'would send the token unencrypted',
      'use https://, or pass --insecure where the network is yours alone',
    );
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw refuse('is not https', 'write it as https://HOST:PORT');
  if (url.username !== '' || url.password !== '') {
    throw refuse('carries a password', 'put a token into a file and name it with --token-file');
  }
  return url;
}

function readToken(path: string, terminal: Terminal): string {
  const token = readFile(path, 'token').trim();
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new CliError(
      'ConfigurationInvalid',
      EXIT.configuration,
      `the token file ${path} does not hold one token on one line`,
      'write a new one on the manager host with its `token create`',
    );
  }
  if ((statSync(path).mode & 0o077) !== 0) {
    terminal.stderr.write(`drvsctl: warning: others may read the token in ${path}: chmod 600 ${path}\n`);
  }
  return token;
}

function readFile(path: string, what: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw unreadable(`${what} file`, path, error);
  }
}

function unreadable(what: string, path: string, error: unknown): CliError {
  const code = (error as NodeJS.ErrnoException).code ?? 'error';
  const remedy = code === 'EACCES' ? `read it as its owner, or: chmod u+r ${path}` : 'check the path';
  return new CliError(
    'ConfigurationUnreadable',
    EXIT.configuration,
    `the ${what} ${path} cannot be read (${code})`,
    remedy,
  );
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
