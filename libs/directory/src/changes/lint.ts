// SPDX-License-Identifier: Apache-2.0
// The checks of a live system on files alone: are these LDIF files a directory that works?
import type { Problem, Topology } from '@drvs/contracts';
import type { WriteOperation } from '../client/types.js';
import { normalizeDn, parentDn, splitDn } from '../dn.js';
import { readLdif } from '../ldif/read.js';
import type { LdifRecord } from '../ldif/types.js';
import { parse } from '../parse/parse.js';
import { DraftDirectory } from './draft-directory.js';

export interface LintFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface LintOptions {
  /** DN of the system entry; default: the record that is one, else what the DNs of nodes and VMs say. */
  readonly baseDn?: string;
  /** Files that give the directory the others change: their own problems are not told. */
  readonly onto?: readonly LintFile[];
  /** ms since 1970. */
  readonly now: number;
}

/** One thing that is wrong. */
export interface LintFinding {
  readonly file?: string;
  /** From 1. */
  readonly line?: number;
  readonly dn?: string;
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

export interface LintResult {
  readonly baseDn: string | undefined;
  /** In the order of files and lines; those without a line last. */
  readonly findings: readonly LintFinding[];
  /** What the files would make desired. */
  readonly topology: Topology;
}

interface PlacedRecord extends LdifRecord {
  readonly file: string;
}

interface Reading {
  readonly records: readonly PlacedRecord[];
  readonly findings: readonly LintFinding[];
}

function read(files: readonly LintFile[]): Reading {
  const readings = files.map(({ name, bytes }) => ({ name, ...readLdif(bytes) }));
  return {
    records: readings.flatMap(({ name, records }) => records.map((record) => ({ ...record, file: name }))),
    findings: readings.flatMap(({ name, problems }) => problems.map((problem) => ({ ...problem, file: name }))),
  };
}

const fold = (dn: string): string => normalizeDn(dn) ?? dn;

/** The system entry's DN: of the record that is one, else what stands above ou=nodes or ou=vms. */
function findBase(records: readonly LdifRecord[]): string | undefined {
  for (const { operation } of records) {
    const classes = operation.op === 'add' ? (operation.attributes['objectclass'] ?? []) : [];
    if (classes.some((name) => name.toLowerCase() === 'drvssystem')) return fold(operation.dn);
  }
  for (const { operation } of records) {
    const rdns = splitDn(fold(operation.dn)) ?? [];
    const place = rdns.findIndex((rdn) => rdn === 'ou=nodes' || rdn === 'ou=vms');
    if (place >= 0) return rdns.slice(place + 1).join(',');
  }
  return undefined;
}

/** Entries above the base are no concern of ours: a dump of a whole directory has them. */
function isAbove(dn: string, base: string): boolean {
  return base === fold(dn) ? false : base.endsWith(`,${fold(dn)}`);
}

/** DNs that an operation gives a say about. */
function dnsOf(operation: WriteOperation): string[] {
  if (operation.op !== 'rename') return [fold(operation.dn)];
  const superior = operation.newSuperior ?? parentDn(operation.dn) ?? '';
  return [fold(operation.dn), fold(`${operation.newRdn},${superior}`)];
}

function applyAll(draft: DraftDirectory, records: readonly PlacedRecord[]): LintFinding[] {
  return records.flatMap(({ operation, file, line }, index) => {
    const fault = draft.apply(operation, index);
    if (fault === undefined) return [];
    const { dn, code, message, remedy } = fault;
    return [{ file, line, dn, code, message, remedy }];
  });
}

function toFinding({ dn, code, message, remedy }: Problem, records: readonly PlacedRecord[]): LintFinding {
  const record = records.findLast(({ operation }) => dnsOf(operation).includes(fold(dn)));
  return { ...(record && { file: record.file, line: record.line }), dn, code, message, remedy };
}

const keyOf = ({ dn, attribute, code, message }: Problem): string => [dn, attribute ?? '', code, message].join('\0');

/** Reads the files one after the other onto what `onto` gives, and tells everything a live system would complain of. */
export function lint(files: readonly LintFile[], options: LintOptions): LintResult {
  const [before, changes] = [read(options.onto ?? []), read(files)];
  const baseDn = options.baseDn ?? findBase([...before.records, ...changes.records]);
  if (baseDn === undefined) {
    const findings = [...before.findings, ...changes.findings];
    return { baseDn, findings, topology: { nodes: [], vms: [] } };
  }
  const base = fold(baseDn);
  const inside = (records: readonly PlacedRecord[]): PlacedRecord[] =>
    records.filter(({ operation }) => !isAbove(operation.dn, base));
  const draft = new DraftDirectory(base, [], options.now);
  const unfit = applyAll(draft, inside(before.records));
  const known = parse(draft.entries(), undefined, { baseDn: base });
  const faults = applyAll(draft, inside(changes.records));
  const { topology, problems } = parse(draft.entries(), known.topology, { baseDn: base });
  const old = new Set(options.onto === undefined ? [] : known.problems.map(keyOf));
  const fresh = problems.filter((problem) => !old.has(keyOf(problem)));
  const wrong = fresh.map((problem) => toFinding(problem, changes.records));
  const findings = [...before.findings, ...unfit, ...changes.findings, ...faults, ...wrong];
  return { baseDn: base, findings: inOrder(findings, [...(options.onto ?? []), ...files]), topology };
}

function inOrder(findings: readonly LintFinding[], files: readonly LintFile[]): LintFinding[] {
  const place = ({ file }: LintFinding): number =>
    file === undefined ? files.length : files.findIndex(({ name }) => name === file);
  return [...findings].sort((a, b) => place(a) - place(b) || (a.line ?? 0) - (b.line ?? 0));
}
