// SPDX-License-Identifier: Apache-2.0
// An answer that is not a success, in the person's words.
import { apiErrorSchema, heldConflictSchema, type ApiError, type HeldView } from '@drvs/contracts';
import { CliError, EXIT, type ExitStatus } from '../errors.js';
import type { Settings } from '../settings.js';
import type { Answer } from './transport.js';

/** The held set is not the one that was decided upon; `current` is the present one. */
export class HeldChangedError extends CliError {
  constructor(readonly current: HeldView) {
    super(
      'HeldChanged',
      EXIT.conflict,
      'the held set has changed since it was shown: nothing was done',
      'look at the present set (drvsctl held show) and decide again',
    );
  }
}

/** What a status means here: exit status, code, opening words and remedy, unless the manager names better ones. */
interface Meaning {
  readonly exit: ExitStatus;
  readonly code: string;
  opening(settings: Settings): string;
  readonly remedy?: string;
}

const MEANINGS: Readonly<Record<number, Meaning>> = {
  401: {
    exit: EXIT.denied,
    code: 'TokenRefused',
    opening: (settings) => `the manager does not accept the token in ${settings.tokenFile}: `,
    remedy: 'it may have expired: create another on the manager host with its `token create`',
  },
  403: {
    exit: EXIT.denied,
    code: 'RoleTooLow',
    opening: (settings) => `the token in ${settings.tokenFile} may not do this: `,
    remedy: 'ask for a token with the role operator or admin',
  },
  404: { exit: EXIT.notFound, code: 'NotFound', opening: () => '' },
  409: { exit: EXIT.conflict, code: 'Conflict', opening: () => '' },
  503: {
    exit: EXIT.unreachable,
    code: 'NotReady',
    opening: () => 'the manager is not ready: ',
    remedy: 'its /readyz says what it waits for',
  },
};
const OTHERWISE: Meaning = { exit: EXIT.refused, code: 'Refused', opening: () => 'the manager refused: ' };

/** The error a refused request ends with. */
export function refusal(answer: Answer, settings: Settings): CliError {
  const json = parseJson(answer.body);
  const held = heldConflictSchema.safeParse(json);
  if (answer.status === 409 && held.success) return new HeldChangedError(held.data.current);
  const problem = apiErrorSchema.safeParse(json).data;
  const meaning = MEANINGS[answer.status] ?? OTHERWISE;
  const says = problem === undefined ? `status ${String(answer.status)}` : describe(problem);
  const message = `${meaning.opening(settings)}${says}`;
  return new CliError(problem?.code ?? meaning.code, meaning.exit, message, problem?.remedy ?? meaning.remedy);
}

function describe(problem: ApiError): string {
  return `${problem.detail ?? problem.title} (${problem.code})`;
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
