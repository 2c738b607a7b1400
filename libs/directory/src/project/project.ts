// SPDX-License-Identifier: Apache-2.0
import type { NodeDocument, Topology } from '@drvs/contracts';
import type { Loser } from '../parse/types.js';

/**
 * The part of the topology that one node must make true, undefined when the topology has no such node or no system entry.
 *
 * @param nodeDn DN of the node, normalised or not
 */
export function project(
  _topology: Topology,
  _nodeDn: string,
  _losers: readonly Loser[] = [],
): NodeDocument | undefined {
  throw new Error('project: not built yet');
}
