// SPDX-License-Identifier: Apache-2.0

/** A refusal or failure of the agent: names the thing, the rule and the remedy, and has a stable code. */
export class AgentError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly remedy?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'AgentError';
  }

  /** The sentence with its remedy. */
  get sentence(): string {
    return this.remedy ? `${this.message}; ${this.remedy}` : this.message;
  }
}

/** Stable code of anything thrown: its own string `code`, else `Failed`. */
export function errorCode(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : 'Failed';
}

/** Sentence for people about anything thrown, with its remedy where it has one. */
export function errorSentence(error: unknown): string {
  if (error instanceof AgentError) return error.sentence;
  if (!(error instanceof Error)) return String(error);
  const { remedy } = error as { remedy?: unknown };
  return typeof remedy === 'string' ? `${error.message} ${remedy}` : error.message;
}
