/** The HTTP half of the protocol: JSON under /v1, the same errors as over the socket. */
import { type Outcome, refuse } from '../protocol/errors.ts';
import type { CallOptions } from './calls.ts';
import { CLIENT_DEADLINE_MS, CLIENT_RETRY_BASE_MS, CLIENT_RETRY_CAP_MS } from './limits.ts';
import { isErrorBody } from './outcome.ts';
import { backoffMs, pause } from './pause.ts';

export interface HttpRequest extends CallOptions {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  readonly token?: string | undefined;
  /** Makes a retry the same intent. */
  readonly requestId?: string | undefined;
  /** Of what a change was made of. */
  readonly revision?: string | undefined;
  /** Try again when the server could not be reached or asks for it: only where doing it twice does no harm. */
  readonly retry: boolean;
}

export class Http {
  readonly #origin: string;
  readonly #random: () => number;

  constructor(url: string, random: () => number) {
    this.#origin = url.replace(/\/+$/, '');
    this.#random = random;
  }

  async ask<T>(request: HttpRequest): Promise<Outcome<T>> {
    const deadlineMs = request.deadlineMs ?? CLIENT_DEADLINE_MS;
    const deadlineAt = performance.now() + deadlineMs;
    const deadline = AbortSignal.timeout(deadlineMs);
    const signal = request.signal === undefined ? deadline : AbortSignal.any([deadline, request.signal]);
    const limits = { baseMs: CLIENT_RETRY_BASE_MS, capMs: CLIENT_RETRY_CAP_MS };
    for (let n = 0; ; n++) {
      const outcome = await this.#once<T>(request, signal);
      request.signal?.throwIfAborted();
      if (outcome.ok || !outcome.error.retryable || !request.retry || signal.aborted) return outcome;
      const waitMs = Math.max(backoffMs(n, limits, this.#random()), outcome.error.retryAfterMs ?? 0);
      if (performance.now() + waitMs > deadlineAt) return outcome;
      await pause(waitMs, signal);
      request.signal?.throwIfAborted();
    }
  }

  async #once<T>(request: HttpRequest, signal: AbortSignal): Promise<Outcome<T>> {
    const { method, path, body, token, requestId, revision } = request;
    try {
      const response = await fetch(this.#origin + path, {
        method,
        signal,
        headers: {
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(requestId === undefined ? {} : { 'idempotency-key': requestId }),
          ...(revision === undefined ? {} : { 'if-match': `"${revision}"` }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      const answer: unknown = text === '' ? {} : JSON.parse(text);
      if (response.ok) return { ok: true, data: answer as T };
      const error = (answer as { error?: unknown } | null)?.error;
      if (isErrorBody(error)) return { ok: false, error };
      return refuse(
        'unavailable',
        `${method} ${path} was answered with status ${response.status}; try again`,
      );
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return refuse('unavailable', `${method} ${path} got no answer (${why}); try again`);
    }
  }
}
