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
    const token = await this.#tokens.token();
    const outcome = await this.#http.ask<T>({ ...request, token });
    if (outcome.ok || outcome.error.code !== 'unauthenticated' || token === undefined) return outcome;
    const renewed = await this.#tokens.token(token);
    return renewed === undefined ? outcome : this.#http.ask<T>({ ...request, token: renewed });
  }
}
