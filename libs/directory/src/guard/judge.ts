// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import type { DesiredNode } from '@drvs/contracts';
import { canonicalize } from 'json-canonicalize';
import { byBytes } from '../parse/draft.js';
import { applyHolds } from './effective.js';
import { differsDecisively, type Ending, endingsBetween } from './effects.js';
import { excess, type Loss, lossFromPeak, lossSinceStart, type Tally } from './limits.js';
import { findReturns, type GuardedObject, nameOf, type Objects, objectsOf } from './objects.js';
import {
  type Adoption,
  type Effect,
  EFFECT_KINDS,
  type EffectKind,
  type GuardInput,
  type HeldChange,
  type Verdict,
} from './types.js';
import { type World, worldOf } from './world.js';

const KIND_WORDS: Record<EffectKind, string> = { process: 'bound processes', placement: 'placements', node: 'nodes' };

/** Everything one judgement looks at. */
interface Case {
  readonly input: GuardInput;
  readonly before: Objects;
  readonly after: Objects;
  /** By the entryUUID an object had. */
  readonly returns: ReadonlyMap<string, Adoption>;
  readonly world: World;
  /** The held set so far, by entryUUID. */
  readonly held: ReadonlyMap<string, HeldChange>;
}

/** Decides what of a change may come into force. Pure: the caller stores the verdict in the transaction of the batch. */
export function judge(input: GuardInput): Verdict {
  const [before, after] = [objectsOf(input.previous), objectsOf(input.next)];
  for (const change of input.held) if (!before.has(change.uuid)) before.set(change.uuid, guarded(change));
  const item: Case = {
    input,
    before,
    after,
    returns: new Map(findReturns(before, after).map((adoption) => [adoption.oldUuid, adoption])),
    world: worldOf(input.previous),
    held: new Map(input.held.map((change) => [change.uuid, change])),
  };
  const endings = endingsBetween(item.world, worldOf(input.next), input);
  const pending = endings.filter((ending) => !isReleased(ending, item));
  const isStuck = ({ objects }: Ending): boolean => objects.some((uuid) => stillHeld(uuid, item));
  const [stuck, fresh] = [pending.filter(isStuck), pending.filter((ending) => !isStuck(ending))];
  const reasons = excesses(fresh, item);
  const kept = reasons.length > 0 ? pending : stuck;
  const held = holdObjects(kept, reasons.length > 0, item);
  const adopted = [...item.returns.values()];
  const { effective, displaced } = applyHolds(input.next, held, adopted);
  const applied = kept === pending ? [] : fresh.map(({ effect }) => ({ ...effect, at: input.now }));
  return { effective, held, hash: heldHash(held), reasons, applied, adopted, displaced };
}

/** SHA-256 over what is held and what it would end; undefined for an empty set. */
export function heldHash(held: readonly HeldChange[]): string | undefined {
  if (held.length === 0) return undefined;
  const facts = held.map(({ kind, uuid, change, before, effects }) => ({
    kind,
    uuid,
    change,
    before,
    effects: effects.map((effect) => [effect.kind, effect.key]),
  }));
  return createHash('sha256').update(canonicalize(facts)).digest('hex');
}

function guarded({ kind, before, vmUuid }: HeldChange): GuardedObject {
  return { kind, value: before, ...(vmUuid !== undefined && { vmUuid }) };
}

function isReleased({ objects }: Ending, { input }: Case): boolean {
  return objects.some((uuid) => input.released?.has(uuid));
}

/** The object's present version, under its own entryUUID or the one it came back under. */
function presentOf(uuid: string, { after, returns }: Case): GuardedObject | undefined {
  return after.get(uuid) ?? after.get(returns.get(uuid)?.newUuid ?? '');
}

/** Gone, or changed in something that may end what runs. */
function deviates(uuid: string, item: Case): boolean {
  const [old, present] = [item.before.get(uuid), presentOf(uuid, item)];
  if (old === undefined) return false;
  if (present === undefined) return true;
  return old.kind !== 'system' && differsDecisively(old.value as DesiredNode, present.value as DesiredNode);
}

/** Held before, not let go, and still not as it was. */
function stillHeld(uuid: string, item: Case): boolean {
  return item.held.has(uuid) && !item.input.released?.has(uuid) && deviates(uuid, item);
}

/** One sentence per limit that the fresh endings pass, together with what was let through and held within the window. */
function excesses(fresh: readonly Ending[], { input, world }: Case): string[] {
  const { now, limits, recent, bound, since } = input;
  const windowStart = now - limits.windowSeconds * 1000;
  const waiting = input.held.filter(({ heldAt }) => heldAt > windowStart).flatMap(({ effects }) => effects);
  return EFFECT_KINDS.flatMap((kind) => {
    const ending = [...fresh.map(({ effect }) => effect), ...waiting].filter((effect) => effect.kind === kind);
    if (!fresh.some(({ effect }) => effect.kind === kind)) return [];
    const alive = new Map<string, number>();
    for (const key of world[kind].keys()) {
      const from = kind === 'process' ? bound.get(key) : (since.get(key) ?? 0);
      if (from !== undefined) alive.set(key, from);
    }
    const unique = [...new Map(ending.map((effect) => [effect.key, effect])).values()];
    const tally: Tally = { kind, windowStart, alive, ending: unique, recent };
    const reason = [lossSinceStart(tally), lossFromPeak(tally)]
      .map((loss) => sentence(kind, loss, input))
      .find(Boolean);
    return reason === undefined ? [] : [reason];
  });
}

function sentence(kind: EffectKind, { lost, baseline }: Loss, { limits }: GuardInput): string | undefined {
  const why = excess(lost, baseline, limits);
  if (why === undefined) return undefined;
  return `${lost} of ${baseline} ${KIND_WORDS[kind]} would end within ${limits.windowSeconds} s: ${why}.`;
}

/**
 * The held set: the changed objects behind the kept endings, everything that was held and still deviates, and, when
 * something is newly held, all deletions of the batch, so that refusing restores whole VMs.
 */
function holdObjects(kept: readonly Ending[], fresh: boolean, item: Case): HeldChange[] {
  const uuids = new Set<string>();
  for (const { objects } of kept) for (const uuid of objects) if (deviates(uuid, item)) uuids.add(uuid);
  for (const uuid of item.held.keys()) if (stillHeld(uuid, item)) uuids.add(uuid);
  if (fresh) {
    for (const uuid of item.before.keys()) {
      if (presentOf(uuid, item) === undefined && !item.input.released?.has(uuid)) uuids.add(uuid);
    }
  }
  addContainers(uuids, item);
  const effects = effectsByOwner(kept, item);
  return [...uuids].map((uuid) => heldChange(uuid, effects.get(uuid) ?? [], item)).sort((a, b) => byBytes(a.dn, b.dn));
}

/** Each effect once: with the first of its objects that deviates. */
function effectsByOwner(kept: readonly Ending[], item: Case): Map<string, Effect[]> {
  const byOwner = new Map<string, Effect[]>();
  for (const { effect, objects } of kept) {
    const owner = objects.find((uuid) => deviates(uuid, item)) ?? '';
    byOwner.set(owner, [...(byOwner.get(owner) ?? []), effect]);
  }
  return byOwner;
}

/** A container is held while anything in it is, and the system entry while anything is. */
function addContainers(uuids: Set<string>, item: Case): void {
  for (const uuid of [...uuids]) {
    const { vmUuid } = item.before.get(uuid) ?? {};
    if (vmUuid !== undefined && deviates(vmUuid, item)) uuids.add(vmUuid);
  }
  const { system } = item.input.previous;
  if (uuids.size > 0 && system && presentOf(system.uuid, item) === undefined) uuids.add(system.uuid);
}

function heldChange(uuid: string, effects: readonly Effect[], item: Case): HeldChange {
  const { input, before } = item;
  const object = before.get(uuid) as GuardedObject;
  const earlier = item.held.get(uuid);
  const exists = input.exists?.(uuid) ?? presentOf(uuid, item) !== undefined;
  return {
    kind: object.kind,
    uuid,
    dn: object.value.dn,
    name: nameOf(object),
    change: exists ? 'modify' : 'delete',
    before: earlier?.before ?? object.value,
    ...(object.vmUuid !== undefined && { vmUuid: object.vmUuid }),
    effects,
    entries: earlier?.entries ?? input.entriesOf(uuid),
    heldAt: earlier?.heldAt ?? input.now,
  };
}
