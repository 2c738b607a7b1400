// SPDX-License-Identifier: Apache-2.0
// HTTP to one manager: TLS verified against the given authority, bounded answers, errors in the person's words.
import http from 'node:http';
import https from 'node:https';
import { CliError, EXIT } from '../errors.js';
import type { Settings } from '../settings.js';

/** Longest wait for a byte of an answer; the manager itself waits up to 20 s for a decision to be carried out. */
const ANSWER_TIMEOUT_MS = 30_000;
/** An event stream silent for this long is taken for dead: the manager sends a comment every 10 s. */
const STREAM_TIMEOUT_MS = 45_000;
/** Largest answer accepted, in bytes. */
const MAX_BODY_BYTES = 256 * 1024 * 1024;

export interface Request {
  readonly method: 'GET' | 'POST';
  /** Below the system's path, without a leading slash. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

export class Transport {
  constructor(private readonly settings: Settings) {}

  /** Where a request goes, for messages. */
  get origin(): string {
    return this.settings.url.origin;
  }

  /** @throws CliError `Unreachable`, `Untrusted` */
  async request(request: Request): Promise<Answer> {
    const response = await this.open(request, ANSWER_TIMEOUT_MS);
    return { status: response.statusCode ?? 0, body: await this.readBody(response) };
  }

  /** Opens an event stream; a status other than 200 comes back as an {@link Answer}. */
  async stream(request: Request): Promise<Answer | AsyncIterable<string>> {
    const headers = { accept: 'text/event-stream', ...request.headers };
    const response = await this.open({ ...request, headers }, STREAM_TIMEOUT_MS);
    if (response.statusCode !== 200) {
      return { status: response.statusCode ?? 0, body: await this.readBody(response) };
    }
    return response.setEncoding('utf8') as AsyncIterable<string>;
  }

  private open(request: Request, timeout: number): Promise<http.IncomingMessage> {
    const body = request.body === undefined ? undefined : JSON.stringify(request.body);
    const url = this.resolve(request);
    const secure = url.protocol === 'https:';
    return new Promise((resolve, reject) => {
      const sent = (secure ? https : http).request(url, {
        method: request.method,
        timeout,
        signal: request.signal,
        ...(secure && this.settings.ca !== undefined ? { ca: this.settings.ca } : {}),
        headers: {
          authorization: `Bearer ${this.settings.token}`,
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...request.headers,
        },
      });
      sent.on('timeout', () => sent.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })));
      sent.on('error', (error) => reject(this.explain(error)));
      sent.on('response', resolve);
      sent.end(body);
    });
  }

  private resolve(request: Request): URL {
    const base = this.settings.url.href.replace(/\/+$/, '');
    const url = new URL(`${base}/api/v1/systems/${encodeURIComponent(this.settings.system)}/${request.path}`);
    for (const [name, value] of Object.entries(request.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, value);
    }
    return url;
  }

  private async readBody(response: http.IncomingMessage): Promise<string> {
    const chunks: Buffer[] = [];
    let size = 0;
    try {
      for await (const chunk of response as AsyncIterable<Buffer>) {
        size += chunk.length;
        if (size > MAX_BODY_BYTES) throw Object.assign(new Error('answer too large'), { code: 'EMSGSIZE' });
        chunks.push(chunk);
      }
    } catch (error) {
      throw this.explain(error as Error);
    }
    return Buffer.concat(chunks).toString('utf8');
  }

  /** What a failed connection means and what to do about it. */
  private explain(error: Error): Error {
    if (error.name === 'AbortError') return error;
    const code = (error as NodeJS.ErrnoException).code ?? '';
    const untrusted = this.explainTrust(code);
    if (untrusted !== undefined) return untrusted;
    return new CliError(
      'Unreachable',
      EXIT.unreachable,
      `the manager at ${this.origin} cannot be reached: ${REASONS[code] ?? error.message}`,
      'check that it runs and that --url (or MANAGER_URL) names it; running VMs are not affected',
    );
  }

  private explainTrust(code: string): CliError | undefined {
    const subject = `the manager at ${this.origin} is not trusted`;
    if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
      const remedy = 'use in --url a name or address that the certificate carries';
      return new CliError('Untrusted', EXIT.unreachable, `${subject}: its certificate is for another host`, remedy);
    }
    if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
      const remedy = 'renew the certificate, or correct the clock of this machine';
      return new CliError('Untrusted', EXIT.unreachable, `${subject}: its certificate is not valid now`, remedy);
    }
    if (!/CERT|ISSUER|SIGNATURE/.test(code)) return undefined;
    const authority = this.settings.caFile ?? "this machine's list of authorities";
    return new CliError(
      'Untrusted',
      EXIT.unreachable,
      `${subject}: its certificate is not signed by ${authority} (${code})`,
      "pass the manager's authority with --ca FILE (or DRVS_CA)",
    );
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused, nothing listens there',
  ECONNRESET: 'it closed the connection',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to its network',
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'its name cannot be looked up now',
  ETIMEDOUT: 'no answer in time',
  EMSGSIZE: 'its answer is larger than any topology',
  EPROTO: 'it does not speak TLS there',
};
