// SPDX-License-Identifier: Apache-2.0
import type { EntityManager } from 'typeorm';

/** Numbers that nodes had within the last 24 hours: a node that comes back soon is to find its own free. */
export async function readRecentNodeIds(manager: EntityManager, system: string): Promise<Set<number>> {
  const rows: { id: number }[] = await manager.query(
    `SELECT DISTINCT (before->>'nodeId')::integer AS id FROM history
     WHERE system = $1 AND kind = 'node' AND at > now() - interval '24 hours' AND before->>'nodeId' IS NOT NULL`,
    [system],
  );
  return new Set(rows.map(({ id }) => id));
}
