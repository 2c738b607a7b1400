// SPDX-License-Identifier: Apache-2.0
import { ApiTokenRow, AuditRow, SessionRow } from './access.entity.js';
import { ConditionRow, NodeStatusRow, ProcessStatusRow, ReplicaRow, VmStatusRow } from './actual.entity.js';
import { ChangeJournalRow } from './change.entity.js';
import { EntryHistoryRow, EntryRow, NodeRow, ProblemRow, ProcessRow, SystemRow, VmRow } from './desired.entity.js';
import { OperationRow, OperationTargetRow } from './operation.entity.js';
import {
  EpochRow,
  EventRow,
  FirstSeenRow,
  GuardEffectRow,
  HeldChangeRow,
  HeldDecisionRow,
  HistoryRow,
  RevisionRow,
  SyncStateRow,
} from './history.entity.js';
import { WriteKeyRow } from './write-key.entity.js';

/** Every table of the manager. */
export const ENTITIES = [
  ApiTokenRow,
  AuditRow,
  ChangeJournalRow,
  ConditionRow,
  EntryHistoryRow,
  EntryRow,
  EpochRow,
  EventRow,
  FirstSeenRow,
  GuardEffectRow,
  HeldChangeRow,
  HeldDecisionRow,
  HistoryRow,
  NodeRow,
  NodeStatusRow,
  OperationRow,
  OperationTargetRow,
  ProblemRow,
  ProcessRow,
  ProcessStatusRow,
  ReplicaRow,
  RevisionRow,
  SessionRow,
  SyncStateRow,
  SystemRow,
  VmRow,
  VmStatusRow,
  WriteKeyRow,
];
