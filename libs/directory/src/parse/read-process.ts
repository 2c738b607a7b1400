// SPDX-License-Identifier: Apache-2.0
import {
  type DesiredProcess,
  MAX_PROCS,
  MAX_TASKS,
  OBJECT_NAME,
  PRIVILEGE_LEVELS,
  RESTART_POLICIES,
} from '@drvs/contracts';
import { normalizeDn } from '../dn.js';
import { ACCOUNT } from './accounts.js';
import { type EntryReader, quote } from './draft.js';
import { isPlainAbsolutePath, parseExec } from './exec.js';
import { compact, originOf } from './origin.js';
import { readObjectName } from './read-vm.js';

/** IPC calls that a privilege may name (design: m3ipc, "Privileges"). */
const CALLS = [
  ...['send', 'receive', 'sendrec', 'notify', 'rcvrqst', 'reply', 'relay', 'replyrec', 'vcopy', 'vcopy_any'],
  ...['src_notify', 'ntfy_value', 'hdw_notify', 'setpriv'],
];
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
const CREDENTIAL = /^([A-Za-z0-9_][A-Za-z0-9_.-]{0,63}):(\/.*)$/;
const NUMBER = /^-?[0-9]{1,5}$/;

function readExec(reader: EntryReader): readonly string[] | undefined {
  const text = reader.optional('drvsExec');
  if (text === undefined) return undefined;
  const result = parseExec(text);
  if (result.ok) return result.argv;
  reader.add(result.code, 'drvsExec', result.message);
  return undefined;
}

function readCredentials(reader: EntryReader): string[] {
  const isCredential = (value: string): boolean => isPlainAbsolutePath(CREDENTIAL.exec(value)?.[2] ?? '');
  const good = reader.passing('drvsCredential', isCredential, 'CredentialInvalid');
  const names = good.map((value) => value.slice(0, value.indexOf(':')));
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) reader.add('CredentialInvalid', 'drvsCredential', `${quote(repeated)} is given twice`);
  return good;
}

function readWorkingDirectory(reader: EntryReader): string | undefined {
  const path = reader.optional('drvsWorkingDirectory');
  if (path === undefined || path === '/' || isPlainAbsolutePath(path)) return path;
  reader.add('WorkingDirectoryInvalid', 'drvsWorkingDirectory', `${quote(path)} is not`);
  return undefined;
}

function readOnNode(reader: EntryReader): string {
  const value = reader.required('drvsOnNode');
  const dn = value === undefined ? undefined : normalizeDn(value);
  if (value !== undefined && !dn) reader.add('OnNodeInvalid', 'drvsOnNode', `${quote(value)} is not a DN`);
  return dn ?? '';
}

function readNr(reader: EntryReader): number | undefined {
  if (reader.has('drvsProcNr')) return reader.integer('drvsProcNr', [-MAX_TASKS, MAX_PROCS - 1], 'ProcNrInvalid');
  reader.required('drvsProcNr');
  return undefined;
}

function readPrivileges(reader: EntryReader): Pick<DesiredProcess, 'level' | 'allowedCalls' | 'allowedPeers'> {
  const isPeer = (value: string): boolean => OBJECT_NAME.test(value) || NUMBER.test(value);
  const level = reader.word<string>('drvsLevel', PRIVILEGE_LEVELS, '', 'LevelInvalid');
  return {
    level: PRIVILEGE_LEVELS.find((candidate) => candidate === level),
    allowedCalls: reader.passing('drvsAllowedCall', (value) => CALLS.includes(value), 'AllowedCallInvalid'),
    allowedPeers: reader.passing('drvsAllowedPeer', isPeer, 'AllowedPeerInvalid'),
  };
}

/** A process entry, undefined when it is unusable. Number, node and `after` are not yet checked against others. */
export function readProcess(reader: EntryReader): DesiredProcess | undefined {
  const exec = readExec(reader);
  const admitUser = reader.matching('drvsAdmitUser', ACCOUNT, 'UserInvalid');
  if (reader.has('drvsExec') && admitUser !== undefined) {
    reader.add('LaunchOnly', 'drvsAdmitUser', 'the entry has drvsExec as well');
  }
  const process = {
    ...originOf(reader.entry),
    name: readObjectName(reader),
    nr: readNr(reader) ?? 0,
    onNode: readOnNode(reader),
    exec,
    user: reader.matching('drvsUser', ACCOUNT, 'UserInvalid'),
    environment: reader.pairs('drvsEnvironment', VARIABLE, 'EnvironmentInvalid'),
    credentials: readCredentials(reader),
    workingDirectory: readWorkingDirectory(reader),
    restart: reader.word('drvsRestart', RESTART_POLICIES, 'on-failure', 'RestartInvalid'),
    ...readPrivileges(reader),
    admitUser,
    after: reader.passing('drvsAfter', (value) => OBJECT_NAME.test(value), 'AfterInvalid'),
    description: reader.all('description')[0],
  };
  return reader.usable() ? compact(process) : undefined;
}
