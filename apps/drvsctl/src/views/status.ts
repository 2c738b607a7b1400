// SPDX-License-Identifier: Apache-2.0
import { NODE_STATES, type CertificateView, type SystemStatus } from '@drvs/contracts';
import { stateTone, type Tone } from '../output/paint.js';
import { facts, stack, type Layout } from '../output/table.js';
import { following, followingTone } from './following.js';
import type { View } from './view.js';

const DAY_MS = 86_400_000;
/** A certificate that expires sooner than this wants somebody's attention. */
const EXPIRES_SOON_DAYS = 21;

const CERTIFICATES: Readonly<Record<CertificateView['certificate'], string>> = {
  server: 'manager certificate',
  ldap_ca: 'CA of the directory',
  manager_ca: 'CA of the managers',
};

/** The system in numbers: whether anything needs somebody, in one look. */
export const statusView: View<SystemStatus> = {
  read: (client) => client.status(),
  draw: (status, layout) =>
    stack(
      facts(
        [
          ['system', status.system],
          ['revision', `${status.revision ?? 'none'}${behind(status)}${epoch(status)}`],
          ['directory', following(status.follower), followingTone(status.follower)],
          ['', status.follower.message],
          ['nodes', nodes(status), nodesTone(status)],
          ['VMs', `${String(status.vms)} with ${String(status.processes)} processes`],
          ['agents', `${String(status.sessions)} connected to this manager`],
          ['problems', count(status.problems, 'drvsctl problems'), status.problems > 0 ? 'warn' : undefined],
          ['held', count(status.held, 'drvsctl held show'), status.held > 0 ? 'bad' : undefined],
          ['changes', `${String(status.changesWaiting)} waiting`],
        ],
        layout,
      ),
      facts(
        status.certificates.map((certificate) => expiry(certificate, layout)),
        layout,
      ),
    ),
};

function behind({ revision, storedRevision }: SystemStatus): string {
  return revision === storedRevision ? '' : `, of ${storedRevision}`;
}

function epoch({ epoch: life }: SystemStatus): string {
  return life === null ? '' : ` (epoch ${String(life.counter)})`;
}

function nodes(status: SystemStatus): string {
  const shown = NODE_STATES.filter((state) => status.nodes[state] > 0);
  return shown.map((state) => `${String(status.nodes[state])} ${state}`).join(', ') || 'none';
}

/** That of the worst state there is. */
function nodesTone(status: SystemStatus): Tone | undefined {
  const tones = NODE_STATES.filter((state) => status.nodes[state] > 0).map(stateTone);
  return (['bad', 'warn', 'good'] as const).find((tone) => tones.includes(tone));
}

function count(number: number, command: string): string {
  return number === 0 ? '0' : `${String(number)}: ${command}`;
}

function expiry({ certificate, expiresAt }: CertificateView, layout: Layout): [string, string, Tone | undefined] {
  const days = Math.floor((Date.parse(expiresAt) - layout.now.getTime()) / DAY_MS);
  const name = CERTIFICATES[certificate];
  if (days < 0) return [name, `expired at ${expiresAt}`, 'bad'];
  return [name, `expires in ${String(days)} days`, days < EXPIRES_SOON_DAYS ? 'warn' : undefined];
}
