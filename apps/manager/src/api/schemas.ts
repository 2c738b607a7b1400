// SPDX-License-Identifier: Apache-2.0
// The schemas of libs/contracts under the names the OpenAPI document gives them.
import {
  apiErrorSchema,
  apiEventSchema,
  auditQuerySchema,
  auditViewSchema,
  changeRequestSchema,
  changeSetSchema,
  changeViewSchema,
  conditionViewSchema,
  dryRunQuerySchema,
  eventsQuerySchema,
  heldConflictSchema,
  heldDecisionSchema,
  heldOutcomeSchema,
  heldViewSchema,
  journalEntrySchema,
  logQuerySchema,
  nodeViewSchema,
  operationPlanSchema,
  operationRequestSchema,
  operationViewSchema,
  page,
  pageQuerySchema,
  planConflictSchema,
  planViewSchema,
  problemViewSchema,
  processViewSchema,
  processesQuerySchema,
  revisionLdifSchema,
  revisionViewSchema,
  rollbackViewSchema,
  systemStatusSchema,
  topologyViewSchema,
  vmViewSchema,
} from '@drvs/contracts';
import { z } from 'zod';

export const SCHEMAS = {
  ApiError: apiErrorSchema,
  ApiEvent: apiEventSchema,
  AuditPage: page(auditViewSchema),
  AuditView: auditViewSchema,
  ChangeRequest: changeRequestSchema,
  ChangeSet: changeSetSchema,
  ChangeView: changeViewSchema,
  ConditionPage: page(conditionViewSchema),
  ConditionView: conditionViewSchema,
  HeldConflict: heldConflictSchema,
  HeldDecision: heldDecisionSchema,
  HeldOutcome: heldOutcomeSchema,
  HeldView: heldViewSchema,
  JournalEntry: journalEntrySchema,
  NodePage: page(nodeViewSchema),
  NodeView: nodeViewSchema,
  OperationPage: page(operationViewSchema),
  OperationPlan: operationPlanSchema,
  OperationRequest: operationRequestSchema,
  OperationView: operationViewSchema,
  PlanConflict: planConflictSchema,
  PlanView: planViewSchema,
  ProblemPage: page(problemViewSchema),
  ProblemView: problemViewSchema,
  ProcessPage: page(processViewSchema),
  ProcessView: processViewSchema,
  RevisionLdif: revisionLdifSchema,
  RevisionPage: page(revisionViewSchema),
  RevisionView: revisionViewSchema,
  RollbackView: rollbackViewSchema,
  SystemStatus: systemStatusSchema,
  TopologyView: topologyViewSchema,
  VmPage: page(vmViewSchema),
  VmView: vmViewSchema,
} as const;
export type SchemaName = keyof typeof SCHEMAS;

export const QUERIES = {
  AuditQuery: auditQuerySchema,
  PageQuery: pageQuerySchema,
  ProcessesQuery: processesQuerySchema,
  EventsQuery: eventsQuerySchema,
  DryRunQuery: dryRunQuerySchema,
  LogQuery: logQuerySchema,
} as const;
export type QueryName = keyof typeof QUERIES;

/** What requests carry: a field with a default may be left out. */
const REQUESTS: ReadonlySet<string> = new Set<SchemaName>([
  'ChangeRequest',
  'ChangeSet',
  'HeldDecision',
  'OperationRequest',
]);

const TARGET = { target: 'openapi-3.0', unrepresentable: 'any' } as const;
type Json = Record<string, unknown>;

const reference = (name: string): string => `#/components/schemas/${name}`;

/** All schemas as OpenAPI components, referring to each other by name. */
export function componentSchemas(): Record<string, Json> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(SCHEMAS)) registry.add(schema, { id });
  const written = (io: 'input' | 'output'): Record<string, Json> =>
    z.toJSONSchema(registry, { ...TARGET, uri: reference, io }).schemas;
  const [requests, answers] = [written('input'), written('output')];
  return Object.fromEntries(
    Object.keys(SCHEMAS).map((name) => {
      const { $id: _id, $schema: _schema, ...schema } = (REQUESTS.has(name) ? requests : answers)[name] ?? {};
      return [name, schema];
    }),
  );
}

/** One query parameter, as OpenAPI describes it. */
export interface QueryParameter {
  readonly name: string;
  readonly required: boolean;
  readonly schema: Json;
}

export function queryParameters(name: QueryName): QueryParameter[] {
  const { properties = {}, required = [] } = z.toJSONSchema(QUERIES[name], { ...TARGET, io: 'input' }) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([key, schema]) => ({ name: key, required: required.includes(key), schema }));
}

/** Points to a component. */
export function schemaReference(name: SchemaName): { $ref: string } {
  return { $ref: reference(name) };
}
