// SPDX-License-Identifier: Apache-2.0
// Columns of text, as wide as their widest cell; only on a terminal the last column is cut to fit.
import { harmless, type Paint, type Tone } from './paint.js';

/** How and when a view is drawn. */
export interface Layout {
  readonly paint: Paint;
  /** Columns of the terminal; undefined = as wide as it gets. */
  readonly width: number | undefined;
  /** The instant ages are counted to. */
  readonly now: Date;
}

export interface Column<Row> {
  readonly title: string;
  readonly align?: 'left' | 'right';
  cell(row: Row): string;
  tone?(row: Row): Tone | undefined;
}

const GAP = '  ';

/** The table with its title row and without a final newline; no rows, only the titles. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[], layout: Layout): string {
  const cells = rows.map((row) => columns.map((column) => harmless(column.cell(row))));
  const widths = columns.map((column, index) =>
    Math.max(column.title.length, ...cells.map((line) => length(line[index] ?? ''))),
  );
  const line = (texts: readonly string[], toneOf: (index: number) => Tone | undefined) =>
    columns
      .map((column, index) => {
        const last = index === columns.length - 1;
        const text = last ? cut(texts[index] ?? '', roomForLast(widths, layout.width)) : (texts[index] ?? '');
        const fill = ' '.repeat(Math.max(0, (widths[index] ?? 0) - length(text)));
        const painted = layout.paint(text, toneOf(index));
        if (column.align === 'right') return fill + painted;
        return last ? painted : painted + fill;
      })
      .join(GAP)
      .trimEnd();
  const titles = columns.map((column) => column.title);
  return [
    line(titles, () => 'title'),
    ...cells.map((texts, index) =>
      line(texts, (column) => {
        const row = rows[index];
        return row === undefined ? undefined : columns[column]?.tone?.(row);
      }),
    ),
  ].join('\n');
}

/** Pairs of a name and a value, the values below each other; those without a value are left out. */
export function facts(
  pairs: readonly (readonly [name: string, value: string | null, tone?: Tone])[],
  layout: Layout,
): string {
  const shown = pairs.filter(([, value]) => value !== null && value !== '');
  const width = Math.max(0, ...shown.map(([name]) => name.length));
  return shown
    .map(
      ([name, value, tone]) =>
        `${layout.paint(name.padEnd(width), 'title')}${GAP}${layout.paint(harmless(value ?? ''), tone)}`,
    )
    .join('\n');
}

/** Parts under each other with an empty line between; empty parts are left out. */
export function stack(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n\n');
}

/** A part under a heading. */
export function section(heading: string, body: string, layout: Layout): string {
  return `${layout.paint(heading, 'title')}\n${body}`;
}

function roomForLast(widths: readonly number[], total: number | undefined): number {
  if (total === undefined) return Number.POSITIVE_INFINITY;
  const before = widths.slice(0, -1).reduce((sum, width) => sum + width + GAP.length, 0);
  // Something readable must remain of it, even where the line then wraps.
  return Math.max(12, total - before);
}

function cut(text: string, room: number): string {
  return length(text) <= room ? text : `${[...text].slice(0, room - 1).join('')}…`;
}

function length(text: string): number {
  return [...text].length;
}
