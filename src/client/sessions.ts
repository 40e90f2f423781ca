/**
 * Who the user is: nobody yet, an anonymous guest, or an account. Keeps the access token fresh: renewed once for
 * all who ask, across tabs too, because each refresh token works once (using one twice looks like theft).
 *
 *   nobody ──guest()──> anonymous ──signIn, signUp──> account ──signOut, session ended──> nobody
 *
 * What an anonymous guest holds and has booked comes along: signed up, the guest is that account, and signed in, the account
 * has it (G9). That ends the guest's session: no tab renews it meanwhile, as it would take the refusal for its own end.
 */
import { type Outcome, refuse } from '../protocol/errors.ts';
import type { Session, Subject } from '../protocol/resources.ts';
import type { TokenSource } from './connection.ts';
import type { Http } from './http.ts';
import { Listeners } from './listeners.ts';
import { letExit } from './pause.ts';
import type { SessionStorage, StoredSession } from './session-storage.ts';

/** Renewed when this share of its life is over, well before a server refuses it. */
const RENEW_AFTER_SHARE = 0.8;
const TIMER_MAX_MS = 2 ** 31 - 1;
/** A renewal that could not reach the server is tried again after this, in milliseconds. */
const RENEW_AGAIN_MS = 5_000;

export interface Who {
  readonly subject: Subject;
  readonly anonymous: boolean;
  readonly email?: string;
}

export interface Sessions {
  /** Undefined while nobody is signed in, not even as an anonymous guest. */
  readonly who: Who | undefined;
  /** Calls the listener after each change of who the user is. Returns the way to stop. */
  subscribe(listener: (who: Who | undefined) => void): () => void;
  /** An anonymous guest's holds and bookings come along, as with `signIn`. */
  signUp(input: { email: string; password: string; name: string }): Promise<Outcome<Who>>;
  signIn(input: { email: string; password: string }): Promise<Outcome<Who>>;
  /** An anonymous guest, unless somebody is signed in already. */
  guest(): Promise<Outcome<Who>>;
  /** Forgets the session here at once; the server is told, and if it cannot be, the session ends by itself. */
  signOut(): Promise<void>;
}

export class StoredSessions implements Sessions, TokenSource {
  /** The access token was renewed for the same subject. */
  readonly renewed = new Listeners<[]>();
  readonly #changed = new Listeners<[Who | undefined]>();
  readonly #http: Http;
  readonly #storage: SessionStorage;
  #stored: StoredSession | undefined;
  #renewing: Promise<Outcome<Session>> | undefined;
  #making: Promise<Outcome<Who>> | undefined;
  /** Signing up or in, which ends the session of the guest who was here: nobody renews that meanwhile. */
  #beginning: Promise<unknown> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #forgetStorage: (() => void) | undefined;

  constructor(http: Http, storage: SessionStorage) {
    this.#http = http;
    this.#storage = storage;
    this.#stored = storage.read();
    this.#forgetStorage = storage.subscribe?.(() => this.#adopt(storage.read()));
    this.#plan();
  }

  get who(): Who | undefined {
    return this.#stored === undefined ? undefined : whoOf(this.#stored);
  }

  subscribe(listener: (who: Who | undefined) => void): () => void {
    return this.#changed.add(listener);
  }

  signUp(input: { email: string; password: string; name: string }): Promise<Outcome<Who>> {
    // Not tried twice: a second try after a lost answer would say that the address is taken.
    return this.#beginTakingAlong('/v1/accounts', input, false, input.email);
  }

  signIn(input: { email: string; password: string }): Promise<Outcome<Who>> {
    return this.#beginTakingAlong('/v1/sessions', input, true, input.email);
  }

  guest(): Promise<Outcome<Who>> {
    if (this.#stored !== undefined) return Promise.resolve({ ok: true, data: whoOf(this.#stored) });
    this.#making ??= this.#begin('/v1/sessions/guest', {}, true, undefined).finally(() => {
      this.#making = undefined;
    });
    return this.#making;
  }

  async signOut(): Promise<void> {
    const stored = this.#stored;
    if (stored === undefined) return;
    const token = await this.#token();
    this.#write(undefined);
    await this.#http.ask({ method: 'DELETE', path: '/v1/sessions/current', token, retry: true });
  }

  /** @param rejected an access token that the server refused: it is renewed, unless it has been already */
  async token(rejected?: string): Promise<Outcome<string | undefined>> {
    return { ok: true, data: await this.#token(rejected) };
  }

  async #token(rejected?: string): Promise<string | undefined> {
    const stored = this.#stored;
    if (stored === undefined) return undefined;
    const { accessToken } = stored.session;
    if (accessToken !== rejected && ageMs(stored) < lifeMs(stored)) return accessToken;
    const renewed = await this.#renew(accessToken);
    if (renewed.ok) return renewed.data.accessToken;
    // Not reached: an old token may still do, and if not the server says so.
    return this.#stored === undefined || accessToken === rejected ? undefined : accessToken;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#forgetStorage?.();
  }

  async #beginTakingAlong(path: string, body: unknown, retry: boolean, email: string): Promise<Outcome<Who>> {
    const token = this.#stored?.anonymous === true ? await this.#token() : undefined;
    const work = () => this.#begin(path, body, retry, email, token);
    const beginning = this.#storage.exclusive?.(work) ?? work();
    this.#beginning = beginning;
    try {
      return await beginning;
    } finally {
      if (this.#beginning === beginning) this.#beginning = undefined;
    }
  }

  /** @param token of whom what is theirs is to come along */
  async #begin(
    path: string,
    body: unknown,
    retry: boolean,
    email: string | undefined,
    token?: string,
  ): Promise<Outcome<Who>> {
    const answer = await this.#http.ask<Session>({ method: 'POST', path, body, retry, token });
    if (!answer.ok) return answer;
    const stored: StoredSession = {
      session: answer.data,
      anonymous: email === undefined,
      ...(email === undefined ? {} : { email }),
      receivedAtMs: Date.now(),
    };
    this.#write(stored);
    return { ok: true, data: whoOf(stored) };
  }

  #renew(accessToken: string): Promise<Outcome<Session>> {
    const work = () => this.#renewAlone(accessToken);
    // Not before, in its turn: what begins waits for that, too.
    this.#renewing ??= Promise.allSettled([this.#beginning])
      .then(() => this.#storage.exclusive?.(work) ?? work())
      .finally(() => {
        this.#renewing = undefined;
      });
    return this.#renewing;
  }

  async #renewAlone(accessToken: string): Promise<Outcome<Session>> {
    // Another tab may have done it, or signed in, while this one waited for its turn.
    const before = this.#adoptOther(accessToken);
    if (before !== undefined) return before;
    const stored = this.#stored;
    if (stored === undefined) return refuse('unauthenticated', 'nobody is signed in; sign in first');
    const answer = await this.#http.ask<Session>({
      method: 'POST',
      path: '/v1/sessions/refresh',
      body: { refreshToken: stored.session.refreshToken },
      retry: true,
    });
    // Signed out, or in as somebody else, meanwhile: what came back is nobody's.
    if (this.#stored !== stored)
      return refuse('unauthenticated', 'the session was changed meanwhile; try again');
    if (answer.ok) {
      this.#write({ ...stored, session: answer.data, receivedAtMs: Date.now() });
    } else if (!answer.error.retryable && answer.error.code !== 'internal') {
      // Where tabs cannot wait for each other, one may have signed in meanwhile, which has ended this session.
      const meanwhile = this.#adoptOther(accessToken);
      if (meanwhile !== undefined) return meanwhile;
      this.#write(undefined);
    } else {
      this.#plan(RENEW_AGAIN_MS);
    }
    return answer;
  }

  /** What another tab has stored in place of the session of this token. */
  #adoptOther(accessToken: string): Outcome<Session> | undefined {
    const inStorage = this.#storage.read();
    if (inStorage === undefined || inStorage.session.accessToken === accessToken) return undefined;
    this.#adopt(inStorage);
    return { ok: true, data: inStorage.session };
  }

  #write(stored: StoredSession | undefined): void {
    this.#storage.write(stored);
    this.#adopt(stored);
  }

  #adopt(stored: StoredSession | undefined): void {
    const before = this.#stored;
    if (before?.session.accessToken === stored?.session.accessToken) return;
    this.#stored = stored;
    this.#plan();
    const isSame = before?.session.subject.id === stored?.session.subject.id;
    if (isSame) this.renewed.emit();
    // A guest who has signed up is the same, and somebody else to look at.
    if (!isSame || before?.anonymous !== stored?.anonymous) this.#changed.emit(this.who);
  }

  #plan(againMs?: number): void {
    clearTimeout(this.#timer);
    const stored = this.#stored;
    if (stored === undefined) return;
    const dueMs = againMs ?? Math.max(0, lifeMs(stored) * RENEW_AFTER_SHARE - ageMs(stored));
    this.#timer = setTimeout(
      () => {
        // A failure is planned again or has ended the session, inside.
        void this.#renew(stored.session.accessToken);
      },
      Math.min(dueMs, TIMER_MAX_MS),
    );
    // In Node a waiting renewal alone keeps no process alive.
    letExit(this.#timer);
  }
}

/**
 * For who brings tokens of their own: sessions are then made and ended elsewhere. A provider that fails, as where it asks
 * over a network that is gone, is asked again with the next attempt.
 */
export function providedTokens(provider: () => Promise<string | undefined>): Sessions & TokenSource {
  const elsewhere = () =>
    Promise.resolve(
      refuse(
        'forbidden',
        'this client was given a token provider; sign in where its tokens come from, or create it without one',
      ),
    );
  return {
    who: undefined,
    subscribe: () => () => {},
    signUp: elsewhere,
    signIn: elsewhere,
    guest: elsewhere,
    signOut: () => Promise.resolve(),
    async token() {
      try {
        return { ok: true, data: await provider() };
      } catch (error) {
        return refuse(
          'unavailable',
          `this client's token provider failed (${String(error)}); it is asked again, or call once it works`,
        );
      }
    },
  };
}

function whoOf({ session, anonymous, email }: StoredSession): Who {
  return { subject: session.subject, anonymous, ...(email === undefined ? {} : { email }) };
}

function lifeMs({ session }: StoredSession): number {
  return session.expiresInSeconds * 1_000;
}

/** By the wall clock, which alone survives a reload; one that went back makes a token look new, and no harm done. */
function ageMs({ receivedAtMs }: StoredSession): number {
  return Math.max(0, Date.now() - receivedAtMs);
}
