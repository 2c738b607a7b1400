// SPDX-License-Identifier: Apache-2.0
// A change set from files: LDIF, or operations as YAML or JSON.
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { text } from 'node:stream/consumers';
import { writeOperationSchema, type ChangeSet } from '@drvs/contracts';
import { readLdif } from '@drvs/directory/offline';
import { parse, YAMLParseError } from 'yaml';
import { z } from 'zod';
import { CliError, EXIT } from './errors.js';
import type { Terminal } from './terminal.js';

const operationsSchema = z.array(writeOperationSchema);

/** A bare list, or an object that has it as `operations`, as the API takes it. */
function listOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'operations' in value ? value.operations : value;
}

/**
 * One change set of all files, in their order. A single file of LDIF is handed on as it is, so that the manager can name
 * its lines; of several, LDIF that cannot be read is refused here.
 *
 * @throws CliError where a file cannot be read or understood
 */
export async function readChangeSet(names: readonly string[], terminal: Terminal): Promise<ChangeSet> {
  const files: { name: string; content: string }[] = [];
  for (const name of names) files.push({ name, content: await readOne(name, terminal) });
  const [only] = files;
  if (files.length === 1 && only !== undefined && isLdif(only.name)) return { ldif: only.content };
  return {
    operations: files.flatMap(({ name, content }) =>
      isLdif(name) ? fromLdif(name, content) : fromYaml(name, content),
    ),
  };
}

type Operations = NonNullable<ChangeSet['operations']>;

const isLdif = (name: string): boolean => !['.yaml', '.yml', '.json'].includes(extname(name).toLowerCase());

async function readOne(name: string, terminal: Terminal): Promise<string> {
  if (name === '-') return text(terminal.stdin);
  try {
    return await readFile(name, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CliError('FileUnreadable', EXIT.usage, `${name} cannot be read: ${why}`, 'give the path of a file');
  }
}

function fromLdif(name: string, content: string): Operations {
  const { records, problems } = readLdif(content);
  const [problem] = problems;
  if (problem !== undefined) throw unusable(name, `line ${problem.line}: ${problem.message}`, problem.remedy);
  return operationsSchema.parse(records.map(({ operation }) => operation));
}

function fromYaml(name: string, content: string): Operations {
  const remedy = 'it is a list of operations, as POST /changes takes them: see drvsctl(1)';
  let value: unknown;
  try {
    value = parse(content);
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    throw unusable(name, error.message, remedy);
  }
  const parsed = operationsSchema.safeParse(listOf(value));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw unusable(name, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'wrong shape'}`, remedy);
}

function unusable(name: string, why: string, remedy: string): CliError {
  return new CliError('FileUnusable', EXIT.usage, `${name}: ${why}`, remedy);
}
