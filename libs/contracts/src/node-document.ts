// SPDX-License-Identifier: Apache-2.0
// NodeDocument: the part of the desired topology that one node must make true (design: directory and control-plane).
// Objects are named by vmid, process number and name, never by UUID. Sets are sorted by bytes, so that equal documents
// have equal digests.
import { z } from 'zod';
import {
  COPY_POLICIES,
  MESSAGE_ABIS,
  NODE_ADMIN_STATES,
  PRIVILEGE_LEVELS,
  RESTART_POLICIES,
  VM_ADMIN_STATES,
  nodeId,
  nodeName,
  objectName,
  procNr,
  vmId,
} from './names.js';

export const processDocumentSchema = z.object({
  name: objectName,
  nr: procNr,
  /** Absolute path and arguments; absent for an admitted process. */
  exec: z.array(z.string()).min(1).optional(),
  user: z.string().optional(),
  /** `NAME=value`, sorted. */
  environment: z.array(z.string()),
  credentials: z.array(z.string()),
  workingDirectory: z.string().optional(),
  restart: z.enum(RESTART_POLICIES),
  level: z.enum(PRIVILEGE_LEVELS).optional(),
  allowedCalls: z.array(z.string()),
  allowedPeers: z.array(z.string()),
  admitUser: z.string().optional(),
  /** Processes of the same VM to wait for, with the node each is on. */
  after: z.array(z.object({ name: objectName, nr: procNr, nodeId })),
});
export type ProcessDocument = z.infer<typeof processDocumentSchema>;

export const vmDocumentSchema = z.object({
  vmId,
  name: objectName,
  adminState: z.enum(VM_ADMIN_STATES),
  /** nodeids spanned, ascending. */
  spans: z.array(nodeId),
  procs: z.number().int(),
  tasks: z.number().int(),
  owner: z.string().optional(),
  group: z.string().optional(),
  mode: z.number().int().min(0).max(0o777),
  defaultLevel: z.enum(PRIVILEGE_LEVELS),
  copyPolicy: z.enum(COPY_POLICIES),
  messageAbi: z.enum(MESSAGE_ABIS),
  /** The processes of this VM on this node, ascending by number. */
  processes: z.array(processDocumentSchema),
});
export type VmDocument = z.infer<typeof vmDocumentSchema>;

export const nodeDocumentSchema = z.object({
  /** drvsSystemId. */
  systemId: z.string(),
  node: z.object({
    name: nodeName,
    nodeId,
    adminState: z.enum(NODE_ADMIN_STATES),
    adminReason: z.string().optional(),
  }),
  limits: z.object({ maxCopyBytes: z.number().int() }),
  managers: z.object({ urls: z.array(z.string()), cas: z.array(z.string()) }),
  /** The other nodes that share a VM with this one, ascending by nodeid. */
  peers: z.array(z.object({ name: nodeName, nodeId, addresses: z.array(z.string()), bearers: z.array(z.string()) })),
  /** VMs that span this node, ascending by vmid. */
  vms: z.array(vmDocumentSchema),
  /** Entries that lost an id conflict, so that an agent reading LDAP itself decides as the manager did. */
  losers: z.array(z.object({ dn: z.string(), attribute: z.string() })),
});
/** What one node must make true, without its place in history. */
export type NodeDocument = z.infer<typeof nodeDocumentSchema>;

export const epochSchema = z.object({ counter: z.number().int().min(0), uuid: z.string() });
/** One life of the revision counter. Agents refuse lower counters. */
export type Epoch = z.infer<typeof epochSchema>;

export const placedDocumentSchema = z.object({
  epoch: epochSchema,
  /** Decimal string: a Postgres bigint. */
  revision: z.string().regex(/^[0-9]+$/),
  /** SHA-256 in lower-case hex of the document's canonical JSON (RFC 8785). */
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  document: nodeDocumentSchema,
});
/** A NodeDocument with its place in history and its digest. */
export type PlacedDocument = z.infer<typeof placedDocumentSchema>;
