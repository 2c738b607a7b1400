// SPDX-License-Identifier: Apache-2.0
// Frames as they went over the wire, per version of the link's vocabulary, against the schemas of today.
import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { agentFrameSchema, managerFrameSchema } from './link.js';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
/** The parts of a JSON schema that tell which properties there are. */
interface Shape {
  readonly const?: Json;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly items?: Shape;
  readonly oneOf?: readonly Shape[];
  readonly anyOf?: readonly Shape[];
}

const FOLDER = new URL('../golden/', import.meta.url);
const SIDES = { agent: agentFrameSchema, manager: managerFrameSchema } as const;
type Side = keyof typeof SIDES;

const versions = readdirSync(FOLDER, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort((one, other) => one.localeCompare(other, 'en', { numeric: true }));
const newest = versions.at(-1) ?? '';
const cases = versions.flatMap((version): [string, Side][] => [
  [version, 'agent'],
  [version, 'manager'],
]);

function frames(version: string, side: Side): Json[] {
  const lines = readFileSync(new URL(`${version}/${side}.jsonl`, FOLDER), 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Json);
}

const isObject = (value: Json): value is { [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value with a field that nobody knows in each of its objects. */
function fromTheFuture(value: Json): Json {
  if (Array.isArray(value)) return value.map(fromTheFuture);
  if (!isObject(value)) return value;
  const known = Object.entries(value).map(([key, part]): [string, Json] => [key, fromTheFuture(part)]);
  return { ...Object.fromEntries(known), addedLater: [1] };
}

/** Paths of the properties of a shape that none of the values has. */
function missing(shape: Shape, values: readonly Json[], path: string): string[] {
  const alternatives = shape.oneOf ?? shape.anyOf ?? [];
  const ofKind = (one: Shape): Json[] =>
    values.filter((value) =>
      Object.entries(one.properties ?? {}).every(
        ([key, { const: wanted }]) => wanted === undefined || (isObject(value) && value[key] === wanted),
      ),
    );
  const lists = values.filter((value) => Array.isArray(value)).flat();
  return [
    ...alternatives.flatMap((one) => missing(one, ofKind(one), path)),
    ...(shape.items === undefined ? [] : missing(shape.items, lists, `${path}[]`)),
    ...Object.entries(shape.properties ?? {}).flatMap(([key, part]) => {
      const name = part.const === undefined ? key : `${key}=${JSON.stringify(part.const)}`;
      const present = values.filter(isObject).flatMap((value) => (value[key] === undefined ? [] : [value[key]]));
      return present.length === 0 ? [`${path}.${name}`] : missing(part, present, `${path}.${key}`);
    }),
  ];
}

describe('golden frames', () => {
  test('there are some of the first version and of the present one', () => {
    expect(versions.slice(0, 2)).toEqual(['1.0', '1.1']);
  });

  test.each(cases)('of version %s from the %s are understood, and nothing of them is dropped', (version, side) => {
    for (const frame of frames(version, side)) expect(SIDES[side].parse(frame)).toEqual(frame);
  });

  test.each(cases)('of version %s from the %s are understood with fields added later', (version, side) => {
    for (const frame of frames(version, side)) expect(SIDES[side].parse(fromTheFuture(frame))).toEqual(frame);
  });

  test.each(Object.entries(SIDES))('of the newest version from the %s have every kind and field', (side, schema) => {
    const shape = z.toJSONSchema(schema) as Shape;

    expect(missing(shape, frames(newest, side as Side), side)).toEqual([]);
  });

  test('a field that the newest frames lack is found', () => {
    const later = z.object({ type: z.literal('ping'), epoch: z.null(), more: z.array(z.object({ a: z.string() })) });
    const shape = z.toJSONSchema(z.discriminatedUnion('type', [later])) as Shape;

    expect(missing(shape, [{ type: 'ping', epoch: null }], 'x')).toEqual(['x.more']);
    expect(missing(shape, [{ type: 'ping', epoch: null, more: [{}] }], 'x')).toEqual(['x.more[].a']);
    expect(missing(shape, [{ type: 'pong' }], 'x')).toContain('x.type="ping"');
  });
});
