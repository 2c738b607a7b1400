// SPDX-License-Identifier: Apache-2.0
import type { LintFinding, LintResult } from '@drvs/directory/offline';
import { facts, stack, type Layout } from '../output/table.js';

/** Findings as compilers print them, FILE:LINE first, so that editors find the place; or what the files amount to. */
export function drawLint({ baseDn, findings, topology }: LintResult, layout: Layout): string {
  if (findings.length > 0) return stack(...findings.map((finding) => drawFinding(finding, layout)));
  const { nodes, vms } = topology;
  const processes = vms.reduce((sum, vm) => sum + vm.processes.length, 0);
  const where = baseDn === undefined ? 'no entries' : `below ${baseDn}`;
  return `In order: ${where}: ${nodes.length} nodes, ${vms.length} VMs, ${processes} processes.`;
}

function drawFinding({ file, line, dn, code, message, remedy }: LintFinding, layout: Layout): string {
  const place = file === undefined ? 'other entries' : `${file}:${line ?? 1}`;
  return facts(
    [
      ['at', place],
      ['problem', code, 'bad'],
      ['entry', dn ?? null],
      ['rule', message],
      ['remedy', remedy],
    ],
    layout,
  );
}
