/** HTTP in the name of whoever is signed in: with their access token, renewed once where the server refuses it. */
import type { Outcome } from '../protocol/errors.ts';
import type { TokenSource } from './connection.ts';
import type { Http, HttpRequest } from './http.ts';

export class OwnHttp {
  readonly #http: Http;
  readonly #tokens: TokenSource;

  constructor(http: Http, tokens: TokenSource) {
    this.#http = http;
    this.#tokens = tokens;
  }

  async ask<T>(request: Omit<HttpRequest, 'token'>): Promise<Outcome<T>> {
    const found = await this.#tokens.token();
    if (!found.ok) return found;
    const token = found.data;
    const outcome = await this.#http.ask<T>({ ...request, token });
    if (outcome.ok || outcome.error.code !== 'unauthenticated' || token === undefined) return outcome;
    const renewed = await this.#tokens.token(token);
    if (!renewed.ok || renewed.data === undefined) return outcome;
    return this.#http.ask<T>({ ...request, token: renewed.data });
  }
}
