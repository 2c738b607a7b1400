// SPDX-License-Identifier: Apache-2.0
import type { EntityManager } from 'typeorm';

const NUMBERS = { node: 'nodeId', vm: 'vmId' } as const;

/** Numbers that nodes or VMs had within the last 24 hours: what comes back soon is to find its own free. */
export async function readRecentNumbers(
  manager: EntityManager,
  system: string,
  kind: keyof typeof NUMBERS,
): Promise<Set<number>> {
  const rows: { id: number }[] = await manager.query(
    `SELECT DISTINCT (before->>$3)::integer AS id FROM history
     WHERE system = $1 AND kind = $2 AND at > now() - interval '24 hours' AND before->>$3 IS NOT NULL`,
    [system, kind, NUMBERS[kind]],
  );
  return new Set(rows.map(({ id }) => id));
}
