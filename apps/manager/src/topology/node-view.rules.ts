// SPDX-License-Identifier: Apache-2.0
// A node as people see it: desired beside actual, and what the manager makes of the difference.
import type { Condition, DesiredNode, NodeState, NodeView } from '@drvs/contracts';
import type { ActualNode } from './actual.store.js';

/** How far a node's last word can be believed. */
export type Liveness = 'connected' | 'reconnecting' | 'unknown' | 'never';

/** Conditions that are true of a healthy node too. */
const HARMLESS = new Set(['Unmanaged', 'Insecure', 'Ready', 'InSync']);

/** As much of a node's last word as its state is made of. */
export type NodeWord = Pick<ActualNode, 'liveness' | 'replicaAlive' | 'appliedInSync' | 'appliedDigest' | 'results'>;

export function livenessOf(actual: NodeWord | undefined): Liveness {
  if (actual === undefined) return 'never';
  if (actual.liveness === 'connected' && !actual.replicaAlive) return 'reconnecting';
  return actual.liveness;
}

/** True when what is shown is the last state known, not the present one. */
export function isStale(liveness: Liveness): boolean {
  return liveness === 'unknown' || liveness === 'reconnecting';
}

function hasTrouble(actual: NodeWord, conditions: readonly Condition[]): boolean {
  const failed = actual.results.some(({ result }) => result === 'failed');
  return failed || conditions.some(({ type, status }) => status === 'true' && !HARMLESS.has(type));
}

/** @param desiredDigest digest of the node's document, undefined when it has none */
export function isInSync(actual: NodeWord | undefined, desiredDigest: string | undefined): boolean {
  if (livenessOf(actual) !== 'connected' || actual === undefined) return false;
  return actual.appliedInSync && actual.appliedDigest === desiredDigest;
}

export function nodeState(
  actual: NodeWord | undefined,
  desiredDigest: string | undefined,
  conditions: readonly Condition[],
): NodeState {
  const liveness = livenessOf(actual);
  if (actual === undefined || liveness === 'never') return 'NeverSeen';
  if (liveness === 'unknown') return 'Unknown';
  if (liveness === 'reconnecting') return 'Reconnecting';
  if (hasTrouble(actual, conditions)) return 'Degraded';
  return isInSync(actual, desiredDigest) ? 'InSync' : 'Progressing';
}

/** Everything a node's view is made of. */
export interface NodeFacts {
  readonly node: DesiredNode;
  readonly held: boolean;
  readonly actual: ActualNode | undefined;
  readonly conditions: readonly Condition[];
  readonly desiredRevision: string;
  readonly desiredDigest: string | undefined;
  /** Newer than the stored instant, where this replica holds the session. Milliseconds since 1970. */
  readonly lastFrameAt: number | undefined;
}

export function nodeView(facts: NodeFacts): NodeView {
  const { node, actual, conditions, desiredDigest } = facts;
  const heardAt = Math.max(facts.lastFrameAt ?? 0, actual?.lastSeen.getTime() ?? 0);
  return {
    name: node.name,
    nodeId: node.nodeId,
    dn: node.dn,
    adminState: node.adminState,
    state: nodeState(actual, desiredDigest, conditions),
    held: facts.held,
    invalid: node.invalid,
    addresses: [...node.addresses],
    lastSeen: heardAt === 0 ? null : new Date(heardAt).toISOString(),
    desiredRevision: facts.desiredRevision,
    inSync: isInSync(actual, desiredDigest),
    ...agentFields(actual),
    ...kernelFields(actual?.status),
    conditions: [...conditions],
  };
}

function agentFields(actual: ActualNode | undefined): Pick<NodeView, 'appliedRevision' | 'agentVersion' | 'bootId'> {
  return {
    appliedRevision: actual?.appliedRevision ?? null,
    agentVersion: actual?.agentVersion ?? null,
    bootId: actual?.bootId ?? null,
  };
}

function kernelFields(
  status: ActualNode['status'] | undefined,
): Pick<NodeView, 'kernelNodeId' | 'nodeIdSource' | 'moduleVersion' | 'kernel' | 'acting'> {
  return {
    kernelNodeId: status?.nodeId ?? null,
    nodeIdSource: status?.nodeIdSource ?? 'none',
    moduleVersion: status?.moduleVersion ?? null,
    kernel: status?.kernel ?? null,
    acting: status?.acting ?? 'none',
  };
}
