// SPDX-License-Identifier: Apache-2.0
// One stable code per rule that a directory entry can break. docs/reference/problems.md is generated from this table.

interface CodeText {
  /** The rule, one sentence. */
  readonly rule: string;
  readonly remedy: string;
  /**
   * What a breach does. `entry`: the entry is unusable, its last valid version stays in force or it is left out.
   * `part`: only the named value is left out.
   */
  readonly stops: 'entry' | 'part';
}

const text = (stops: CodeText['stops'], rule: string, remedy: string): CodeText => ({ rule, remedy, stops });

export const PROBLEM_CODES = {
  // any entry
  EntryMisplaced: text(
    'entry',
    'Nodes stand below ou=nodes, VMs below ou=vms, and a process directly below its VM.',
    'Move the entry (ldapmodrdn) to where its kind belongs, or remove its drvs object class.',
  ),
  AttributeMissing: text('entry', 'The attribute is required for this kind of entry.', 'Add the attribute.'),
  AttributeNotSingle: text('entry', 'The attribute has one value at most.', 'Delete all values but one.'),
  NameInvalid: text(
    'entry',
    'cn of a VM or process matches [a-z][a-z0-9_-]{0,30} and is its RDN; that of a node is a host name.',
    'Rename the entry (ldapmodrdn).',
  ),
  AdminStateInvalid: text(
    'entry',
    'drvsAdminState is active, cordoned, drained, paused or disabled for a node, running or stopped for a VM.',
    'Set one of the listed states.',
  ),
  AdminReasonMissing: text(
    'entry',
    'An administrative state other than active or running needs a reason.',
    'Add drvsAdminReason in the same change.',
  ),
  LabelInvalid: text('part', 'drvsLabel is key=value with one value per key.', 'Correct or delete the value.'),

  // the system entry
  SystemMissing: text(
    'entry',
    'The base entry has the object class drvsSystem.',
    'Add objectClass drvsSystem and drvsSystemId to the base entry.',
  ),
  SystemIdInvalid: text(
    'entry',
    'drvsSystemId is a UUID that never changes.',
    'Set it once, for instance to the output of uuidgen; restore the old value if it was changed.',
  ),
  SystemLimitInvalid: text('entry', 'Limits of the system entry are integers in their range.', 'Set a value in range.'),
  ManagerUrlInvalid: text(
    'part',
    'drvsManagerUrl is an https:// URL (http:// only for tests).',
    'Correct or delete the value.',
  ),
  ManagerCaInvalid: text('part', 'drvsManagerCa is one PEM certificate.', 'Replace the value by a PEM certificate.'),

  // nodes
  NodeIdMissing: text(
    'entry',
    'A node has drvsNodeId, or drvsNodeIdAuto TRUE until it is given one.',
    'Add drvsNodeId with a free number.',
  ),
  NodeIdPending: text('entry', 'The node waits for its automatic number.', 'Nothing, or set drvsNodeId yourself.'),
  NodeIdInvalid: text('entry', 'drvsNodeId is an integer from 0 to drvsMaxNodes - 1.', 'Set a number in range.'),
  NodeIdDuplicate: text('entry', 'A nodeid belongs to one node of the system.', 'Give this node a free number.'),
  MachineIdInvalid: text(
    'part',
    'drvsMachineId is 32 lower-case hexadecimal digits.',
    'Copy /etc/machine-id of the node.',
  ),
  AddressInvalid: text('part', 'drvsAddress is an IP address or a host name.', 'Correct or delete the value.'),
  BearerInvalid: text('part', 'drvsBearer is eth:DEVICE or udp:ADDRESS[:PORT].', 'Correct or delete the value.'),

  // VMs
  VmNameDuplicate: text('entry', 'A VM name is used once in the system.', 'Rename one of the two.'),
  VmIdInvalid: text('entry', 'drvsVmId is an integer from 0 to 65535.', 'Set a number in range.'),
  VmIdDuplicate: text('entry', 'A vmid belongs to one VM of the system.', 'Give this VM a free number.'),
  VmCountExceeded: text('entry', 'A system has at most drvsMaxVms VMs.', 'Raise drvsMaxVms or delete VMs.'),
  VmLimitInvalid: text(
    'entry',
    'drvsMaxProcs and drvsMaxTasks of a VM are within those of its system.',
    'Set a value in range.',
  ),
  SpanInvalid: text('part', 'drvsSpansNode is the DN of a node.', 'Correct or delete the value.'),
  SpanDangling: text('part', 'A VM spans nodes that exist and are valid.', 'Add the node, or delete the value.'),
  OwnerInvalid: text('entry', 'drvsOwner and drvsGroup are account names or numbers.', 'Set a name or number.'),
  ModeInvalid: text('entry', 'drvsMode is three octal digits, as chmod takes.', 'Set for instance 750.'),
  LevelInvalid: text('entry', 'A privilege level is user, server, task or system.', 'Set one of the listed levels.'),
  CopyPolicyInvalid: text('entry', 'drvsCopyPolicy is consent or grants.', 'Set one of the two.'),
  MessageAbiInvalid: text('entry', 'drvsMessageAbi is native or compat.', 'Set one of the two.'),

  // processes
  ProcessVmUnusable: text('entry', 'A process belongs to a valid VM.', 'Repair the VM first.'),
  ProcNrInvalid: text(
    'entry',
    "drvsProcNr is an integer from -tasks to procs - 1 of the VM's limits.",
    'Set a number in range, or raise the limits of the VM.',
  ),
  ProcNrDuplicate: text('entry', 'A process number is used once in its VM.', 'Give this process a free number.'),
  OnNodeInvalid: text('entry', 'drvsOnNode is the DN of a node.', 'Set the DN of a node.'),
  OnNodeDangling: text('entry', 'drvsOnNode names a node that exists and is valid.', 'Add the node, or name another.'),
  OnNodeNotSpanned: text(
    'entry',
    'A process is on a node that its VM spans.',
    'Add the node to drvsSpansNode of the VM, or name another.',
  ),
  ExecUnparsable: text(
    'entry',
    'drvsExec is a program and its arguments in shell quoting; nothing is expanded.',
    'Close every quote; quote characters that are meant literally.',
  ),
  ExecNotAbsolute: text(
    'entry',
    'The program of drvsExec is an absolute path without empty, . or .. components.',
    'Write the full path of the program.',
  ),
  UserInvalid: text('entry', 'drvsUser and drvsAdmitUser are account names or numbers.', 'Set a name or number.'),
  EnvironmentInvalid: text('entry', 'drvsEnvironment is NAME=value, each name once.', 'Correct or delete the value.'),
  CredentialInvalid: text(
    'entry',
    'drvsCredential is name:/absolute/path, each name once.',
    'Correct or delete the value.',
  ),
  WorkingDirectoryInvalid: text('entry', 'drvsWorkingDirectory is a plain absolute path.', 'Write the full path.'),
  RestartInvalid: text('entry', 'drvsRestart is no, on-failure or always.', 'Set one of the three.'),
  AllowedCallInvalid: text('entry', 'drvsAllowedCall is the name of an IPC call.', 'Correct or delete the value.'),
  AllowedPeerInvalid: text(
    'entry',
    'drvsAllowedPeer is a process name or number of the same VM.',
    'Correct or delete the value.',
  ),
  LaunchOnly: text('entry', 'drvsAdmitUser is for processes without drvsExec.', 'Delete drvsAdmitUser, or drvsExec.'),
  AfterInvalid: text(
    'part',
    'drvsAfter is the name of another process of the same VM.',
    'Correct or delete the value.',
  ),
  AfterDangling: text('part', 'drvsAfter names a process that exists.', 'Add the process, or delete the value.'),
  AfterCycle: text('entry', 'Processes do not wait for each other in a circle.', 'Delete one drvsAfter of the circle.'),
} as const satisfies Record<string, CodeText>;

export type ProblemCode = keyof typeof PROBLEM_CODES;
