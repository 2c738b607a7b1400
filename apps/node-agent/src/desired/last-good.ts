// SPDX-License-Identifier: Apache-2.0
// The last good document: what a node boots from when neither manager nor directory answers. Two generations; replaced
// atomically, with the data on disk before the name is.
import { createHash } from 'node:crypto';
import { open, readFile, rename, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import {
  placedDocumentSchema,
  nodeDocumentSchema,
  epochSchema,
  type NodeDocument,
  type PlacedDocument,
} from '@drvs/contracts';
import { z } from 'zod';
import { errorSentence } from '../agent-error.js';

/** Version of the file. A newer one is not used: its fields may mean something else. */
export const FILE_SCHEMA = 1;

const bodySchema = z.object({
  schema: z.literal(FILE_SCHEMA),
  systemBase: z.string(),
  nodeDn: z.string(),
  machineId: z.string(),
  /** `manager`: with its place in history. `directory`: our own reading, before any manager was heard. */
  source: z.enum(['manager', 'directory']),
  epoch: epochSchema.nullable(),
  revision: placedDocumentSchema.shape.revision.nullable(),
  digest: placedDocumentSchema.shape.digest,
  document: nodeDocumentSchema,
});

/** What is kept. */
export type LastGood = Omit<z.infer<typeof bodySchema>, 'schema' | 'systemBase' | 'nodeDn' | 'machineId'>;

/** For whom a file is written; another identity's file is not used. */
export interface Owner {
  readonly systemBase: string;
  readonly nodeDn: string;
  readonly machineId: string;
}

export interface Loaded {
  readonly document: LastGood | undefined;
  /** Why a file that exists was not used; each is a condition, code first. */
  readonly faults: readonly { readonly code: string; readonly message: string }[];
}

export const NEWEST = 'last-good.json';
export const PREVIOUS = 'last-good.previous.json';

function checksum(body: string): string {
  return createHash('sha256').update(body).digest('hex');
}

/** A document of the manager as it is kept. */
export function fromManager(placed: PlacedDocument): LastGood {
  return { source: 'manager', ...placed };
}

/** Our own reading of LDAP as it is kept: it has no place in history. */
export function fromReading(document: NodeDocument, digest: string): LastGood {
  return { source: 'directory', epoch: null, revision: null, digest, document };
}

type Read = { readonly document: LastGood } | { readonly code: string; readonly message: string } | undefined;

function decode(text: string, file: string, owner: Owner): Read {
  const cut = text.indexOf('\n');
  const body = text.slice(cut + 1);
  if (cut < 0 || text.slice(0, cut) !== checksum(body)) {
    return { code: 'LastGoodDamaged', message: `${file} is damaged: its checksum does not fit` };
  }
  const raw: unknown = JSON.parse(body);
  const schema = (raw as { schema?: unknown }).schema;
  if (schema !== FILE_SCHEMA)
    return { code: 'LastGoodForeign', message: `${file} has schema ${String(schema)}, not ${FILE_SCHEMA}` };
  const parsed = bodySchema.safeParse(raw);
  if (!parsed.success) return { code: 'LastGoodDamaged', message: `${file} does not hold a document` };
  const { systemBase, nodeDn, machineId, schema: _, ...document } = parsed.data;
  if (systemBase !== owner.systemBase || nodeDn !== owner.nodeDn || machineId !== owner.machineId) {
    return { code: 'LastGoodForeign', message: `${file} was written for ${nodeDn} on machine ${machineId}` };
  }
  return { document };
}

async function syncAndClose(handle: FileHandle, write = async (): Promise<void> => undefined): Promise<void> {
  try {
    await write();
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export class LastGoodStore {
  /** Saves follow one another: two at once would write the same new file. */
  private saving: Promise<void> = Promise.resolve();

  constructor(
    private readonly folder: string,
    private readonly owner: Owner,
  ) {}

  /** The newest generation that is whole and ours. Never throws: what is wrong is a fault. */
  async load(): Promise<Loaded> {
    const faults: { code: string; message: string }[] = [];
    for (const name of [NEWEST, PREVIOUS]) {
      const read = await this.read(join(this.folder, name));
      if (read && 'document' in read) return { document: read.document, faults };
      if (read) faults.push(read);
    }
    return { document: undefined, faults };
  }

  /** Replaces the newest generation and keeps the one before. Rejects when the disk refuses. */
  save(document: LastGood): Promise<void> {
    const saved = this.saving.then(() => this.replace(document));
    this.saving = saved.catch(() => undefined);
    return saved;
  }

  private async replace(document: LastGood): Promise<void> {
    const body = JSON.stringify({ schema: FILE_SCHEMA, ...this.owner, ...document });
    const newest = join(this.folder, NEWEST);
    const fresh = `${newest}.new`;
    const handle = await open(fresh, 'w', 0o600);
    await syncAndClose(handle, () => handle.writeFile(`${checksum(body)}\n${body}`));
    // Only a generation that can be read is worth keeping.
    const present = await this.read(newest);
    if (present && 'document' in present) await rename(newest, join(this.folder, PREVIOUS));
    await rename(fresh, newest);
    await syncAndClose(await open(this.folder, 'r'));
  }

  private async read(file: string): Promise<Read> {
    try {
      return decode(await readFile(file, 'utf8'), file, this.owner);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      return { code: 'LastGoodDamaged', message: `${file} cannot be read: ${errorSentence(error)}` };
    }
  }
}
