// SPDX-License-Identifier: Apache-2.0
// What the OpenAPI document says of each operation beyond its summary: who may, what it waits for, how it is refused.

/** By operationId. */
export const OPERATION_DETAILS: Readonly<Record<string, string>> = {
  'Audit.list': 'Role admin. A write has two rows: that it was asked for, and what came of it.',
  'Changes.plan':
    'Role viewer. Says per node what would change, which bound processes would end, and which records are at fault. The ' +
    'id of the answer is what a destructive change set names when it is written.',
  'Changes.write':
    'Role operator, and the token must have a DN. All of the change set is written, in the name of that DN, or nothing. ' +
    'Answered with 200 when the follower has seen it, with 202 when that takes longer than 20 seconds.',
  'Changes.show': 'Role viewer. `state` and `written` say how far it is, `outcome` what came of it.',
  'Conditions.list': 'Role viewer. What is so now, and since when.',
  'Events.stream':
    'Role viewer. Ends with the token. `Last-Event-ID`, or `after`, goes on behind that event; where events behind it are ' +
    'no longer kept, the first one is of the kind `lost`: read the topology again. With `follow=false` it ends with the last.',
  'Held.read': 'Role viewer. The hash names exactly this set of changes, for confirm and refuse.',
  'Held.confirm': 'Role admin. Refused with 409 when the set is another than the one that the hash names.',
  'Held.refuse': 'Role admin. Refused with 409 when the set is another than the one that the hash names.',
  'Logs.stream':
    'Role operator. Comes from the node, while its agent is connected; with `follow` the answer stays open.',
  'Nodes.list': 'Role viewer. Pages of up to 1,000; `next` of a page is the `cursor` of the following one.',
  'Nodes.show': 'Role viewer. With its conditions and what its agent last said.',
  'Operations.begin': 'Role operator. Answered with 202 at once; another manager goes on with it when this one ends.',
  'Operations.list': 'Role viewer. Ended operations are listed as well.',
  'Operations.show': 'Role viewer. Counts what is done, what failed and what is left.',
  'Operations.resume': 'Role operator. What had failed is tried again before anything else is begun.',
  'Operations.stop': 'Role operator. What is under way is finished.',
  'Problems.list': 'Role viewer. Each with the rule that is broken and its remedy: docs/reference/problems.md.',
  'Processes.list': 'Role viewer. Those of one VM or node with `vm` or `node`.',
  'Revisions.list': 'Role viewer. A revision is one batch of the directory that took effect.',
  'Revisions.show': 'Role viewer. With each changed field before and after.',
  'Revisions.ldif': 'Role viewer. Passwords are left out.',
  'Revisions.rollback': 'Role viewer. Changes nothing.',
  'Status.read': 'Role viewer. What monitoring and `drvsctl status` show.',
  'Topology.read': 'Role viewer. Large systems are better read by pages: /nodes, /vms, /processes.',
  'Vms.list': 'Role viewer. Pages of up to 1,000; `next` of a page is the `cursor` of the following one.',
  'Vms.show': 'Role viewer. With its processes on each node, also where it spans that node no longer.',
};

/** By name, in the order of the document. */
export const TAGS: Readonly<Record<string, string>> = {
  Topology: 'The whole system',
  Nodes: 'Linux kernels with an agent',
  Vms: 'Containers of processes that span nodes',
  Processes: 'Processes of VMs',
  Changes: 'Writing the directory',
  Held: 'What the guard holds',
  Operations: 'Work on many processes, step by step',
  Revisions: 'History',
  Events: 'What happens, as it happens',
  Logs: 'Journals of processes',
  Problems: 'Records that cannot be used',
  Conditions: 'What is not as it should be',
  Status: 'The system in numbers',
  Audit: 'Who did what',
};
