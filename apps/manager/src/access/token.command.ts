// SPDX-License-Identifier: Apache-2.0
// `main.js token create|list|revoke`: for whoever may read the manager's database settings on its host.
import { chmodSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { normalizeDn } from '@drvs/directory';
import { z } from 'zod';
import { parseDatabaseUrl } from '../config/settings.js';
import { withDatabase } from '../database/one-shot.js';
import { ROLES, createToken, listTokens, revokeTokens } from './api-token.store.js';

export const TOKEN_USAGE = `usage: main.js token create --name NAME --role viewer|operator|admin --out FILE [--days N] [--dn DN]
       main.js token list
       main.js token revoke --name NAME
The database is that of DATABASE_URL. FILE is written with mode 0600; N is 365 unless given.
DN: in whose name the token writes the directory, which judges that person's rights. Without one it cannot write.`;

/** A command line that makes no sense. */
export class UsageError extends Error {
  readonly code = 'Usage';
}

const createSchema = z.object({
  name: z.string().min(1).max(200),
  role: z.enum(ROLES),
  out: z.string().min(1),
  dn: z
    .string()
    .refine((dn) => dn !== '' && normalizeDn(dn) !== undefined, 'it is no DN')
    .optional(),
  days: z.coerce.number().int().min(1).max(3650).default(365),
});
const revokeSchema = z.object({ name: z.string().min(1) });

function check<T>(schema: z.ZodType<T>, values: unknown): T {
  const parsed = schema.safeParse(values);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => `--${issue.path.join('.')}: ${issue.message}`);
  throw new UsageError(`${issues.join('\n')}\n${TOKEN_USAGE}`);
}

function readOptions(args: readonly string[]): Record<string, string | undefined> {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({ args: [...args], options: { name: text, role: text, out: text, days: text, dn: text } }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n${TOKEN_USAGE}`);
  }
}

async function create(url: string, values: unknown): Promise<string> {
  const { out, ...token } = check(createSchema, values);
  const secret = await withDatabase(url, (manager) => createToken(manager, token));
  writeFileSync(out, `${secret}\n`, { mode: 0o600 });
  // The mode above counts only for a new file.
  chmodSync(out, 0o600);
  return `token '${token.name}' (${token.role}, ${token.days} days) written to ${out}`;
}

async function list(url: string): Promise<string> {
  const tokens = await withDatabase(url, listTokens);
  const day = (date: Date): string => date.toISOString().slice(0, 10);
  const lines = tokens.map((token) => {
    const state = token.revokedAt === null ? `until ${day(token.expiresAt)}` : `revoked ${day(token.revokedAt)}`;
    return `${token.name}\t${token.role}\tfrom ${day(token.createdAt)}\t${state}`;
  });
  return lines.length === 0 ? 'no tokens' : lines.join('\n');
}

async function revoke(url: string, values: unknown): Promise<string> {
  const { name } = check(revokeSchema, values);
  const count = await withDatabase(url, (manager) => revokeTokens(manager, name));
  if (count === 0) throw new UsageError(`no unrevoked token is named '${name}': 'main.js token list' shows them all`);
  return `revoked ${count} token${count === 1 ? '' : 's'} named '${name}'`;
}

/** Runs the subcommand and gives what to print. Throws {@link UsageError}. */
export async function runTokenCommand(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<string> {
  const [verb, ...rest] = args;
  const values = readOptions(rest);
  if (verb === 'create') return create(parseDatabaseUrl(environment), values);
  if (verb === 'list') return list(parseDatabaseUrl(environment));
  if (verb === 'revoke') return revoke(parseDatabaseUrl(environment), values);
  throw new UsageError(TOKEN_USAGE);
}
