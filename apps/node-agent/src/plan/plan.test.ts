// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import type { NodeDocument, ProcessDocument } from '@drvs/contracts';
import type { Actual, SlotReservation } from '../actual/actual.js';
import {
  OPEN_SLOT,
  UID,
  actual,
  actualVm,
  desired,
  nodeDocument,
  processDocument,
  unitOf,
  vmDocument,
  type VmParts,
} from './fixtures.js';
import { plan, type Desired } from './plan.js';
import { isDestructive, type Step } from './step.js';

const names = (steps: readonly Step[]): string[] => steps.map(({ kind, object }) => `${kind} ${object}`);

function planned(document: NodeDocument, state: Partial<Actual> = {}, mode: Desired['mode'] = 'full') {
  const result = plan(desired(document, mode), actual(state), 0);
  const finding = (object: string) => result.findings.find((one) => one.object === object);
  return { ...result, names: names(result.steps), waiting: names(result.pending), finding };
}

/** One VM with one process, and what of them exists. */
function one(process: ProcessDocument, vm: VmParts, unit?: 'running' | 'starting' | 'stopping' | 'failed' | 'exited') {
  const document = vmDocument(7, [process]);
  const units = unit ? [unitOf(document, process, unit)] : [];
  return planned(nodeDocument([document]), { vms: [actualVm(7, vm)], units });
}

describe('the node', () => {
  test('without the module only that is asked for, and the remedy is named', () => {
    const result = planned(nodeDocument([vmDocument(7)]), {
      module: { ready: false, message: 'the m3ipc module is not loaded' },
      drvs: null,
    });
    expect(result.names).toEqual(['module-load node']);
    expect(result.finding('node')).toMatchObject({ result: 'failed', code: 'ModuleMissing' });
    expect(result.finding('node')?.message).toContain('drvs-module.service');
    expect(result.finding('vm:7')).toMatchObject({ result: 'progressing', code: 'WaitingForNode' });
  });

  test('it joins the DRVS with the nodeid of the directory', () => {
    const result = planned(nodeDocument([vmDocument(7)]), { drvs: null });
    expect(result.steps).toEqual([expect.objectContaining({ kind: 'drvs-init', nodeId: 1 })]);
  });

  test('the nodeid of the boot line goes before that of the directory', () => {
    const result = planned(nodeDocument(), { drvs: null, bootNodeId: 9 });
    expect(result.steps).toEqual([expect.objectContaining({ kind: 'drvs-init', nodeId: 9 })]);
  });

  test('a contradicting nodeid is a condition; VMs go on', () => {
    const result = planned(nodeDocument([vmDocument(7)]), { drvs: { nodeId: 9, source: 'boot' } });
    expect(result.finding('node')).toMatchObject({ result: 'failed', code: 'NodeIdConflict' });
    expect(result.finding('node')?.message).toMatch(/node 9 \(from boot\).*says 1/);
    expect(result.names).toEqual(['vm-create vm:7']);
  });

  test('paused: nothing is done', () => {
    const result = planned(nodeDocument([vmDocument(7)], { adminState: 'paused' }), { vms: [actualVm(8)] });
    expect([...result.names, ...result.waiting]).toEqual([]);
  });

  test('disabled: units, then VMs, then the DRVS', () => {
    const process = processDocument(1);
    const vm = vmDocument(7, [process]);
    const document = nodeDocument([vm], { adminState: 'disabled' });
    const running = { vms: [actualVm(7, { bound: [1], reserved: [1] })], units: [unitOf(vm, process)] };
    expect(planned(document, running).names).toEqual(['unit-stop process:7:1']);
    expect(planned(document, { vms: [actualVm(7)] }).names).toEqual(['vm-end vm:7']);
    expect(planned(document).names).toEqual(['drvs-end node']);
    expect(planned(document, { drvs: null }).finding('node')).toMatchObject({ result: 'in-sync', code: 'Disabled' });
  });

  test('drained: launched processes stop, admitted ones and VMs stay', () => {
    const vm = vmDocument(7, [processDocument(1), processDocument(2, { exec: undefined })]);
    const result = planned(nodeDocument([vm], { adminState: 'drained' }), {
      vms: [actualVm(7, { bound: [1, 2], reserved: [1], open: [2] })],
      units: [unitOf(vm, processDocument(1))],
    });
    expect(result.names).toEqual(['unit-stop process:7:1']);
  });

  test('cordoned: what runs stays, nothing new starts', () => {
    const vm = vmDocument(7, [processDocument(1), processDocument(2)]);
    const result = planned(nodeDocument([vm, vmDocument(8)], { adminState: 'cordoned' }), {
      vms: [actualVm(7, { bound: [1], reserved: [1, 2] })],
      units: [unitOf(vm, processDocument(1))],
    });
    expect(result.names).toEqual([]);
    expect(result.finding('process:7:1')?.result).toBe('in-sync');
    expect(result.finding('process:7:2')).toMatchObject({ result: 'progressing', code: 'Cordoned' });
    expect(result.finding('vm:8')).toMatchObject({ code: 'Cordoned' });
  });
});

describe('a VM', () => {
  test('is made when missing, with its owner by number', () => {
    const result = planned(nodeDocument([vmDocument(7, [], { owner: 'shop', group: 'shop' })]));
    expect(result.steps).toEqual([
      expect.objectContaining({ kind: 'vm-create', vm: expect.objectContaining({ vmId: 7, uid: 600, gid: 600 }) }),
    ]);
  });

  test('whose owner this node does not know fails alone', () => {
    const result = planned(nodeDocument([vmDocument(7, [], { owner: 'nobody-here' }), vmDocument(8)]));
    expect(result.names).toEqual(['vm-create vm:8']);
    expect(result.finding('vm:7')).toMatchObject({ result: 'failed', code: 'OwnerUnknown' });
  });

  test('is changed in place', () => {
    const result = planned(nodeDocument([vmDocument(7, [], { name: 'renamed', procs: 300 })]), {
      vms: [actualVm(7, { bound: [1] })],
    });
    expect(result.steps).toEqual([expect.objectContaining({ kind: 'vm-change', fields: ['name', 'procs'] })]);
  });

  test.each([
    ['processes shrink', { procs: 100 }],
    ['tasks change', { tasks: 40 }],
    ['message ABI changes', { messageAbi: 'compat' as const }],
    ['default level changes', { defaultLevel: 'user' as const }],
  ])('whose %s is reported, not ended', (_, more) => {
    const result = planned(nodeDocument([vmDocument(7, [], more)]), { vms: [actualVm(7)] });
    expect(result.names).toEqual([]);
    expect(result.finding('vm:7')).toMatchObject({ result: 'failed', code: 'VmFixed' });
  });

  test('made by hand is never ended, nor used', () => {
    const alone = planned(nodeDocument(), { vms: [actualVm(7, { managed: false, bound: [3] })] });
    expect(alone.names).toEqual([]);
    expect(alone.finding('vm:7')).toMatchObject({ result: 'in-sync', code: 'Unmanaged' });
    const wanted = planned(nodeDocument([vmDocument(7, [processDocument(1)])]), {
      vms: [actualVm(7, { managed: false })],
    });
    expect(wanted.names).toEqual([]);
    expect(wanted.finding('vm:7')).toMatchObject({ result: 'failed', code: 'Unmanaged' });
  });

  test('that is not desired ends after its units, and the step names whom it ends', () => {
    const vm = vmDocument(7, [processDocument(1)]);
    const state = { vms: [actualVm(7, { bound: [1, 4], reserved: [1] })], units: [unitOf(vm, processDocument(1))] };
    const first = planned(nodeDocument(), state);
    expect(first.names).toEqual(['unit-stop process:7:1']);
    const then = planned(nodeDocument(), { vms: [actualVm(7, { bound: [4], reserved: [1] })] });
    expect(then.steps).toEqual([expect.objectContaining({ kind: 'vm-end', ends: [{ vmId: 7, nr: 4, pid: 1004 }] })]);
  });

  test('that is stopped ends and is in sync afterwards', () => {
    const document = nodeDocument([vmDocument(7, [processDocument(1)], { adminState: 'stopped' })]);
    expect(planned(document, { vms: [actualVm(7)] }).names).toEqual(['vm-end vm:7']);
    expect(planned(document).finding('vm:7')).toMatchObject({ result: 'in-sync' });
  });
});

describe('a launched process', () => {
  test('waits for its VM, gets its slot, then its unit', () => {
    const document = nodeDocument([vmDocument(7, [processDocument(1)])]);
    expect(planned(document).finding('process:7:1')).toMatchObject({ code: 'WaitingForVm' });
    const unitStart = expect.objectContaining({
      kind: 'unit-start',
      unit: expect.objectContaining({ name: 'drvs-7-p1.service' }),
    });
    const slot = one(processDocument(1), {});
    expect(slot.steps).toEqual([
      expect.objectContaining({ kind: 'slot-reserve', nr: 1, nodeId: 1, slot: { ...OPEN_SLOT, uid: UID } }),
      unitStart,
    ]);
    expect(one(processDocument(1), { reserved: [1] }).steps).toEqual([unitStart]);
  });

  test('runs only when the kernel reports the bind', () => {
    const binding = one(processDocument(1), { reserved: [1] }, 'running');
    expect(binding.names).toEqual([]);
    expect(binding.finding('process:7:1')).toMatchObject({ result: 'progressing', code: 'Binding' });
    const running = one(processDocument(1), { reserved: [1], bound: [1] }, 'running');
    expect(running.finding('process:7:1')).toMatchObject({ result: 'in-sync', code: 'Bound' });
  });

  test('starts after those it names on this node', () => {
    const after = [{ name: 'p1', nr: 1, nodeId: 1 }];
    const vm = vmDocument(7, [processDocument(1), processDocument(2, { after })]);
    const before = planned(nodeDocument([vm]), { vms: [actualVm(7, { reserved: [1, 2] })] });
    expect(before.names).toEqual(['unit-start process:7:1']);
    expect(before.finding('process:7:2')).toMatchObject({ code: 'WaitingForOthers', message: 'waits for p1' });
    const state = { vms: [actualVm(7, { reserved: [1, 2], bound: [1] })], units: [unitOf(vm, processDocument(1))] };
    expect(planned(nodeDocument([vm]), state).names).toEqual(['unit-start process:7:2']);
  });

  test('does not wait for processes of other nodes without the word of a manager', () => {
    const result = one(processDocument(2, { after: [{ name: 'p1', nr: 1, nodeId: 2 }] }), { reserved: [2] });
    expect(result.names).toEqual(['unit-start process:7:2']);
  });

  test('is replaced when its definition changed, and the step names its pid', () => {
    const old = processDocument(1, { environment: ['A=1'] });
    const vm = vmDocument(7, [processDocument(1)]);
    const result = planned(nodeDocument([vm]), {
      vms: [actualVm(7, { reserved: [1], bound: [1] })],
      units: [unitOf(vm, old)],
    });
    expect(result.steps).toEqual([
      expect.objectContaining({ kind: 'unit-replace', ends: [{ vmId: 7, nr: 1, pid: 1001 }] }),
    ]);
  });

  test('of another account keeps its slot until it is replaced', () => {
    const old = processDocument(1);
    const document = nodeDocument([vmDocument(7, [processDocument(1, { user: 'shop' })])]);
    const state = actual({
      vms: [actualVm(7, { reserved: [1], bound: [1] })],
      units: [unitOf(vmDocument(7), old)],
    });
    const bounds = { allowUsers: ['drvs', 'shop'] };
    expect(names(plan(desired(document, 'full', bounds), state, 0).steps)).toEqual(['unit-replace process:7:1']);
    expect(plan(desired(document, 'additive', bounds), state, 0).steps).toEqual([]);
    const stopped = actual({ vms: [actualVm(7, { reserved: [1] })] });
    const [reserve, start] = plan(desired(document, 'full', bounds), stopped, 0).steps;
    expect(reserve).toMatchObject({ kind: 'slot-reserve', slot: { uid: 600 } });
    expect(start).toMatchObject({ kind: 'unit-start', unit: { user: 'shop' } });
  });

  test('a rename of VM or process does not replace it', () => {
    const vm = vmDocument(7, [processDocument(1)]);
    const renamed = vmDocument(7, [processDocument(1, { name: 'other' })], { name: 'elsewhere' });
    const result = planned(nodeDocument([renamed]), {
      vms: [actualVm(7, { reserved: [1], bound: [1], settings: { name: 'elsewhere' } })],
      units: [unitOf(vm, processDocument(1))],
    });
    expect(result.names).toEqual([]);
  });

  test.each(['failed', 'exited'] as const)('with restart=no that has %s is not started again', (state) => {
    const result = one(processDocument(1, { restart: 'no' }), { reserved: [1] }, state);
    expect(result.names).toEqual([]);
    expect(result.finding('process:7:1')).toMatchObject({ result: 'failed' });
  });

  test('that systemd gave up on is tried again, with the journal named', () => {
    const result = one(processDocument(1), { reserved: [1] }, 'failed');
    expect(result.names).toEqual(['unit-start process:7:1']);
    expect(result.finding('process:7:1')).toMatchObject({ result: 'failed', code: 'UnitFailed' });
    expect(result.finding('process:7:1')?.message).toContain('journalctl -u drvs-7-p1.service');
  });

  test('has the calls and peers of its record in its slot, also while it runs', () => {
    const process = processDocument(1, {
      allowedCalls: ['vcopy_any', 'send'],
      allowedPeers: ['3', '-2', 'gone'],
      level: 'task',
    });
    const slot = { uid: UID, level: 'task', calls: ['send', 'vcopyAny'], peers: [-2, 3] };
    const running = one(process, { reserved: [1], bound: [1] }, 'running');
    expect(running.steps).toEqual([expect.objectContaining({ kind: 'slot-reserve', slot, tasks: 35 })]);
    const vm = actualVm(7, { bound: [1] });
    const told = { ...vm, reserved: new Map([[1, slot as SlotReservation]]) };
    const document = vmDocument(7, [process]);
    const settled = planned(nodeDocument([document]), { vms: [told], units: [unitOf(document, process)] });
    expect(settled.names).toEqual([]);
  });

  test('may not be kept to a peer that the kernel cannot tell from others', () => {
    const result = one(processDocument(1, { allowedPeers: ['221'] }), {});
    expect(result.names).toEqual([]);
    expect(result.finding('process:7:1')).toMatchObject({ result: 'failed', code: 'PeerOutOfReach' });
  });

  test('does not fight over a number somebody else holds', () => {
    const result = one(processDocument(1), { reserved: [1], bound: [1] });
    expect(result.names).toEqual([]);
    expect(result.finding('process:7:1')).toMatchObject({ result: 'failed', code: 'SlotUsed' });
    expect(result.finding('process:7:1')?.message).toContain('pid 1001');
  });

  test('that is not desired any more stops, then its slot is freed', () => {
    const vm = vmDocument(7, [processDocument(1)]);
    const state = { vms: [actualVm(7, { reserved: [1], bound: [1] })], units: [unitOf(vm, processDocument(1))] };
    expect(planned(nodeDocument([vmDocument(7)]), state).names).toEqual(['unit-stop process:7:1']);
    const stopping = { ...state, units: [unitOf(vm, processDocument(1), 'stopping' as const)] };
    expect(planned(nodeDocument([vmDocument(7)]), stopping).names).toEqual([]);
    const gone = { vms: [actualVm(7, { reserved: [1] })] };
    expect(planned(nodeDocument([vmDocument(7)]), gone).names).toEqual(['slot-free process:7:1']);
  });

  test('whose VM nobody knows is stopped by its unit name', () => {
    const vm = vmDocument(99, [processDocument(-2)]);
    const result = planned(nodeDocument(), { units: [unitOf(vm, processDocument(-2))] });
    expect(result.steps).toEqual([expect.objectContaining({ kind: 'unit-stop', unit: 'drvs-99-t2.service' })]);
  });
});

describe('an admitted process', () => {
  const admitted = processDocument(5, { exec: undefined, admitUser: 'shop' });

  test('gets a slot for its account and binds when it likes', () => {
    const result = one(admitted, {});
    expect(result.steps).toEqual([expect.objectContaining({ kind: 'slot-reserve', slot: { ...OPEN_SLOT, uid: 600 } })]);
    const free = one(processDocument(5, { exec: undefined }), { open: [5] });
    expect(free.finding('process:7:5')).toMatchObject({ result: 'in-sync', code: 'Admitting' });
  });

  test('is unbound, never killed, when its entry is deleted', () => {
    const result = planned(nodeDocument([vmDocument(7)]), { vms: [actualVm(7, { open: [5], bound: [5] })] });
    expect(result.steps).toEqual([expect.objectContaining({ kind: 'unbind', endpoint: 5 })]);
  });

  test('that bound itself without our slot is left alone', () => {
    const result = planned(nodeDocument([vmDocument(7)]), { vms: [actualVm(7, { bound: [6] })] });
    expect(result.names).toEqual([]);
    expect(result.finding('process:7:6')).toMatchObject({ result: 'in-sync', code: 'Unmanaged' });
  });
});

describe('what agent.conf refuses', () => {
  test.each([
    ['root', 'RootNotAllowed'],
    ['toor', 'RootNotAllowed'],
    ['wheel', 'RootNotAllowed'],
    ['shop', 'UserNotAllowed'],
    ['stranger', 'UserUnknown'],
  ])('account %s: %s', (user, code) => {
    const result = one(processDocument(1, { user }), {});
    expect(result.names).toEqual([]);
    expect(result.finding('process:7:1')).toMatchObject({ result: 'failed', code });
  });

  test('root is allowed by allowRoot alone', () => {
    const document = nodeDocument([vmDocument(7, [processDocument(1, { user: 'root' })])]);
    const result = plan(desired(document, 'full', { allowRoot: true }), actual({ vms: [actualVm(7)] }), 0);
    expect(names(result.steps)).toEqual(['slot-reserve process:7:1', 'unit-start process:7:1']);
    expect(result.steps[0]).toMatchObject({ slot: { uid: 0, level: null } });
  });

  test('a program outside allowPaths, also by a symbolic link, and one that is missing', () => {
    const link = one(processDocument(1, { exec: ['/usr/bin/link'] }), {});
    expect(link.finding('process:7:1')).toMatchObject({ code: 'PathNotAllowed' });
    expect(link.finding('process:7:1')?.message).toContain('really /opt/evil');
    const missing = one(processDocument(1, { exec: ['/usr/bin/none'] }), {});
    expect(missing.finding('process:7:1')).toMatchObject({ code: 'FileMissing' });
  });

  test('a credential outside allowCredentials', () => {
    const result = one(processDocument(1, { credentials: ['x:/etc/shadow'] }), {});
    expect(result.finding('process:7:1')).toMatchObject({ result: 'failed', code: 'PathNotAllowed' });
  });

  test('others go on', () => {
    const vm = vmDocument(7, [processDocument(1, { user: 'root' }), processDocument(2)]);
    const result = planned(nodeDocument([vm]), { vms: [actualVm(7)] });
    expect(result.names).toEqual(['slot-reserve process:7:2', 'unit-start process:7:2']);
  });
});

describe('without a manager', () => {
  const vm = vmDocument(7, [processDocument(1)]);
  const running = {
    vms: [actualVm(7, { reserved: [1, 5], bound: [1, 5] }), actualVm(8)],
    units: [unitOf(vm, processDocument(1))],
  };

  test('an emptied directory ends nothing: every removal waits', () => {
    const result = planned(nodeDocument(), running, 'additive');
    expect(result.names).toEqual([]);
    expect(result.waiting).toEqual(['unit-stop process:7:1', 'vm-end vm:8']);
  });

  test('what is missing is still added', () => {
    const result = planned(nodeDocument([vm, vmDocument(9)]), { vms: running.vms, units: running.units }, 'additive');
    expect(result.names).toEqual(['vm-create vm:9']);
    expect(result.waiting).toEqual(['unbind process:7:5', 'vm-end vm:8']);
  });

  test('no destructive step is ever planned, whatever is desired and found', () => {
    const documents = [
      nodeDocument(),
      nodeDocument([vmDocument(7)]),
      nodeDocument([vmDocument(7, [processDocument(1, { environment: ['A=2'] })])]),
      nodeDocument([vmDocument(7, [processDocument(1, { exec: undefined })])]),
      nodeDocument([vmDocument(7, [processDocument(1)], { adminState: 'stopped' })]),
      nodeDocument([vm], { adminState: 'drained' }),
      nodeDocument([vm], { adminState: 'disabled' }),
      nodeDocument([vm], { nodeId: 5 }),
    ];
    for (const document of documents) {
      const full = plan(desired(document), actual(running), 0);
      const additive = plan(desired(document, 'additive'), actual(running), 0);
      expect(additive.steps.filter(isDestructive)).toEqual([]);
      expect([...additive.steps, ...additive.pending]).toHaveLength(full.steps.length);
    }
  });
});
