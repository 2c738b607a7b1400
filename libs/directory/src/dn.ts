// SPDX-License-Identifier: Apache-2.0
// Distinguished names (RFC 4514): taking apart, and one spelling per name so that they compare as strings.

/** One attribute and value of an RDN. */
export interface NamePart {
  readonly type: string;
  /** Unescaped; a value given as `#hex` stays in that form. */
  readonly value: string;
}
/** One RDN; several parts where it is multi-valued. */
type Rdn = readonly NamePart[];

const TYPE = /^\s*([A-Za-z][A-Za-z0-9-]*|[0-9]+(?:\.[0-9]+)+)\s*$/;
const HEX_PAIR = /^[0-9A-Fa-f]{2}/;

/** Where `separators` occur in `text` outside escapes: the pieces between them. Undefined when an escape is cut off. */
function splitUnescaped(text: string, separators: string): string[] | undefined {
  const pieces: string[] = [];
  let start = 0;
  for (let i = 0; i < text.length; i += 1) {
    const char = text.charAt(i);
    if (char === '\\') {
      i += 1;
      if (i >= text.length) return undefined;
    } else if (separators.includes(char)) {
      pieces.push(text.slice(start, i));
      start = i + 1;
    }
  }
  pieces.push(text.slice(start));
  return pieces;
}

function unescapeValue(text: string): string | undefined {
  const bytes: Buffer[] = [];
  for (let i = 0; i < text.length;) {
    const char = text.charAt(i);
    if (char !== '\\') {
      if (char === '"') return undefined;
      const point = String.fromCodePoint(text.codePointAt(i) ?? 0);
      bytes.push(Buffer.from(point));
      i += point.length;
      continue;
    }
    const rest = text.slice(i + 1);
    if (HEX_PAIR.test(rest)) {
      bytes.push(Buffer.from(rest.slice(0, 2), 'hex'));
      i += 3;
    } else {
      bytes.push(Buffer.from(rest.charAt(0)));
      i += 2;
    }
  }
  return Buffer.concat(bytes).toString('utf8');
}

/** Spaces around a value do not belong to it, unless escaped. */
function trimUnescaped(text: string): string {
  const trimmed = text.replace(/^ +/, '');
  const bare = trimmed.replace(/ +$/, '');
  const slashes = /\\*$/.exec(bare)?.[0].length ?? 0;
  return slashes % 2 === 1 && bare.length < trimmed.length ? `${bare} ` : bare;
}

function parsePart(text: string): NamePart | undefined {
  const equals = text.indexOf('=');
  const type = equals < 0 ? undefined : TYPE.exec(text.slice(0, equals))?.[1];
  if (type === undefined) return undefined;
  const value = unescapeValue(trimUnescaped(text.slice(equals + 1)));
  return value === undefined || value === '' ? undefined : { type: type.toLowerCase(), value };
}

function parseRdn(text: string): Rdn | undefined {
  const parts = splitUnescaped(text, '+')?.map(parsePart);
  return parts?.every((part) => part !== undefined) ? parts : undefined;
}

function escapeValue(value: string): string {
  const escaped = value.replace(/[,+"\\<>;=]/g, '\\$&').replaceAll('\0', '\\00');
  return escaped.replace(/^[ #]/, '\\$&').replace(/ $/, '\\ ');
}

/** Matching of DRVS and of its usual neighbours (cn, ou, dc, uid) ignores case and repeated spaces. */
function foldValue(value: string): string {
  return escapeValue(value.trim().replace(/\s+/g, ' ').toLowerCase().normalize('NFC'));
}

function foldRdn(rdn: Rdn): string {
  return rdn
    .map(({ type, value }) => `${type}=${foldValue(value)}`)
    .sort()
    .join('+');
}

/** The RDNs of a DN as they are spelled, undefined when it is not a DN. The empty DN has none. */
export function splitDn(dn: string): readonly string[] | undefined {
  if (dn.trim() === '') return [];
  return dn.includes('\\') ? splitUnescaped(dn, ',;') : dn.split(/[,;]/);
}

/** Names without spaces, escapes and multi-valued RDNs, as nearly all are: only their case has to be folded. */
const PLAIN = /^[a-z][a-z0-9-]*=[a-z0-9_.-]+(?:,[a-z][a-z0-9-]*=[a-z0-9_.-]+)*$/i;

/** One spelling per name: lower case, no spare spaces, least escapes. Undefined when `dn` is not a DN. */
export function normalizeDn(dn: string): string | undefined {
  if (PLAIN.test(dn)) return dn.toLowerCase();
  const rdns = splitDn(dn)?.map(parseRdn);
  return rdns?.every((rdn) => rdn !== undefined) ? rdns.map(foldRdn).join(',') : undefined;
}

/** The DN without its first RDN, undefined for the empty DN. Spelling is kept. */
export function parentDn(dn: string): string | undefined {
  const rdns = splitDn(dn);
  return rdns === undefined || rdns.length === 0 ? undefined : rdns.slice(1).join(',').trim();
}

/** The first RDN as it is spelled, '' for the empty DN. */
export function rdnOf(dn: string): string {
  return splitDn(dn)?.[0]?.trim() ?? '';
}

/** Value of the first RDN if it is one of type `type` alone. */
export function rdnValue(dn: string, type: string): string | undefined {
  const rdn = parseRdn(rdnOf(dn));
  return rdn?.length === 1 && rdn[0]?.type === type ? rdn[0].value : undefined;
}

/** Attributes (lower case) and values (unescaped) of an RDN; empty when it is none. */
export function namingParts(rdn: string): readonly NamePart[] {
  return parseRdn(rdn) ?? [];
}

/** True when normalised `dn` is below normalised `ancestor` (not the same). */
export function isBelow(dn: string, ancestor: string): boolean {
  return ancestor === '' ? dn !== '' : dn.endsWith(`,${ancestor}`) && !endsInsideEscape(dn, ancestor);
}

function endsInsideEscape(dn: string, ancestor: string): boolean {
  const before = dn.slice(0, dn.length - ancestor.length - 1);
  if (!before.endsWith('\\')) return false;
  const slashes = /\\*$/.exec(before)?.[0].length ?? 0;
  return slashes % 2 === 1;
}
