// SPDX-License-Identifier: Apache-2.0
import type { ListedUnit, Systemd } from '../apply/systemd.js';
import { UNIT_PATTERN, parseFingerprint, parseUnitName } from '../plan/unit-spec.js';
import type { ActualUnit, UnitState } from './actual.js';

/** systemd's words in ours; undefined: the unit is as good as gone. */
function stateOf({ activeState, subState }: ListedUnit): UnitState | undefined {
  switch (activeState) {
    case 'active':
      return subState === 'exited' ? 'exited' : 'running';
    case 'reloading':
      return 'running';
    case 'activating':
      return 'starting';
    case 'deactivating':
      return 'stopping';
    case 'failed':
      return 'failed';
    default:
      return undefined;
  }
}

/** The units of launched processes on this node, whoever started them. */
export async function readUnits(systemd: Pick<Systemd, 'list'>): Promise<ActualUnit[]> {
  const listed = await systemd.list(UNIT_PATTERN);
  return listed.flatMap((unit) => {
    const place = parseUnitName(unit.name);
    const state = stateOf(unit);
    if (!place || !state) return [];
    return [{ name: unit.name, ...place, state, fingerprint: parseFingerprint(unit.description) }];
  });
}
