#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// Writes drvs.schema (slapd.conf), drvs.ldif (cn=config), 98drvs.ldif (389 Directory Server), and for our own programs
// libs/directory/src/record-attributes.ts, from schema.json.
// With --check it writes nothing and fails when a file differs, or when OIDS.md does not hold every number.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const here = import.meta.dirname;
const schema = JSON.parse(readFileSync(join(here, 'schema.json'), 'utf8'));
const SYNTAX = '1.3.6.1.4.1.1466.115.121.1';

/** Matching rules and syntax (RFC 4517) of each kind of value. */
const TYPES = {
  integer: ['EQUALITY integerMatch', 'ORDERING integerOrderingMatch', `SYNTAX ${SYNTAX}.27`],
  boolean: ['EQUALITY booleanMatch', `SYNTAX ${SYNTAX}.7`],
  dn: ['EQUALITY distinguishedNameMatch', `SYNTAX ${SYNTAX}.12`],
  /** ASCII words that match whatever their case. */
  word: ['EQUALITY caseIgnoreIA5Match', 'SUBSTR caseIgnoreIA5SubstringsMatch', `SYNTAX ${SYNTAX}.26`],
  /** Text in which case counts. */
  exact: ['EQUALITY caseExactMatch', 'SUBSTR caseExactSubstringsMatch', `SYNTAX ${SYNTAX}.15`],
  /** Text for people. */
  text: ['EQUALITY caseIgnoreMatch', 'SUBSTR caseIgnoreSubstringsMatch', `SYNTAX ${SYNTAX}.15`],
};

const quoted = (text) => `'${text.replaceAll('\\', '\\5C').replaceAll("'", '\\27')}'`;
const names = (list) => (list.length === 1 ? list[0] : `( ${list.join(' $ ')} )`);

function attributeParts({ name, desc, type, single }) {
  return [`NAME ${quoted(name)}`, `DESC ${quoted(desc)}`, ...TYPES[type], ...(single ? ['SINGLE-VALUE'] : [])];
}

function classParts({ name, desc, kind, must, may }) {
  return [
    `NAME ${quoted(name)}`,
    `DESC ${quoted(desc)}`,
    `SUP top ${kind}`,
    ...(must.length ? [`MUST ${names(must)}`] : []),
    ...(may.length ? [`MAY ${names(may)}`] : []),
  ];
}

const definitions = [
  ...schema.attributes.map((item) => ({ sort: 'attribute', ...item, parts: attributeParts(item) })),
  ...schema.classes.map((item) => ({ sort: 'class', ...item, parts: classParts(item) })),
];
const numberOf = ({ sort, n }) => `${sort === 'attribute' ? 1 : 2}.${n}`;
const HEADER = [
  '# SPDX-License-Identifier: Apache-2.0',
  '# Made by generate.mjs from schema.json: change that and run it again.',
];

/** RFC 2849: a line longer than 76 characters goes on after a newline and a space. */
function fold(line) {
  const pieces = [line.slice(0, 76)];
  for (let at = 76; at < line.length; at += 75) pieces.push(line.slice(at, at + 75));
  return pieces.join('\n ');
}

function slapdConf() {
  const keyword = { attribute: 'attributetype', class: 'objectclass' };
  const lines = definitions.map((item) => {
    const macro = item.sort === 'attribute' ? 'drvsAttribute' : 'drvsClass';
    return `${keyword[item.sort]} ( ${macro}:${item.n}\n\t${item.parts.join('\n\t')} )`;
  });
  const macros = [
    `objectidentifier drvsOid ${schema.oid}`,
    'objectidentifier drvsAttribute drvsOid:1',
    'objectidentifier drvsClass drvsOid:2',
  ];
  return [...HEADER, '', ...macros, '', lines.join('\n\n'), ''].join('\n');
}

function cnConfig() {
  const keyword = { attribute: 'olcAttributeTypes', class: 'olcObjectClasses' };
  const lines = definitions.map((item) =>
    fold(`${keyword[item.sort]}: ( ${schema.oid}.${numberOf(item)} ${item.parts.join(' ')} )`),
  );
  const head = ['dn: cn=drvs,cn=schema,cn=config', 'objectClass: olcSchemaConfig', 'cn: drvs'];
  return [...HEADER, ...head, ...lines, ''].join('\n');
}

function directoryServer389() {
  const keyword = { attribute: 'attributeTypes', class: 'objectClasses' };
  const lines = definitions.map((item) =>
    fold(`${keyword[item.sort]}: ( ${schema.oid}.${numberOf(item)} ${item.parts.join(' ')} X-ORIGIN 'DRVS' )`),
  );
  return [...HEADER, 'dn: cn=schema', ...lines, ''].join('\n');
}

/** Which attributes a record of each kind may have, as data for programs. */
function recordAttributes() {
  const known = new Map(schema.attributes.map((attribute) => [attribute.name, attribute]));
  const kinds = schema.classes.map(({ name, must, may }) => {
    const own = [...must, ...may].filter((attribute) => attribute !== 'cn' && attribute !== 'userPassword');
    const lines = own.map((attribute) => {
      const { type, single } = known.get(attribute) ?? { type: 'text' };
      return `    ${attribute}: { type: '${type}', many: ${!single} },\n`;
    });
    return `  ${name.slice('drvs'.length).toLowerCase()}: {\n${lines.join('')}  },\n`;
  });
  return [
    '// SPDX-License-Identifier: Apache-2.0',
    '// Made by deploy/ldap/generate.mjs from schema.json: change that and run it again.',
    '',
    '/** Attributes of each kind of record: how its values are to be read, and whether it may have several. */',
    `export const RECORD_ATTRIBUTES = {\n${kinds.join('')}} as const;`,
    '',
  ].join('\n');
}

const files = {
  'drvs.schema': slapdConf(),
  'drvs.ldif': cnConfig(),
  '98drvs.ldif': directoryServer389(),
  '../../libs/directory/src/record-attributes.ts': recordAttributes(),
};
const register = readFileSync(join(here, 'OIDS.md'), 'utf8');
const faults = definitions
  .filter((item) => !register.includes(`| ${numberOf(item)} | ${item.name} |`))
  .map(
    (item) => `OIDS.md lacks the line "| ${numberOf(item)} | ${item.name} |": add it at the end; never change a line`,
  );
for (const [name, text] of Object.entries(files)) {
  const path = join(here, name);
  if (!process.argv.includes('--check')) writeFileSync(path, text);
  else if (readFileSync(path, 'utf8') !== text)
    faults.push(`${name} is not what schema.json says: run ${import.meta.filename}`);
}
for (const fault of faults) process.stderr.write(`${fault}\n`);
process.exitCode = faults.length > 0 ? 1 : 0;
