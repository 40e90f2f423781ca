/** Access tokens: JWTs (RFC 9068 header type) signed with HS256, and a bounded memory of those verified. */
import { jwtVerify, SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';
import type { VerifiedToken } from '../../gateway/ports.ts';
import { ACCESS_TOKEN_LENGTH_MAX, ID_LENGTH_MAX } from '../../protocol/limits.ts';
import { type Subject, SubjectKind } from '../../protocol/resources.ts';
import type { KeyRing } from './key-ring.ts';
import { ACCESS_TOKEN_TTL_SECONDS, CLOCKS_APART_MAX_MS, VERIFIED_TOKENS_MAX } from './limits.ts';

const PURPOSE = 'access token';
const ALGORITHM = 'HS256';
const TYPE = 'at+jwt';
const ISSUER = 'nightlatch';
const AUDIENCE = 'nightlatch/v1';

export class AccessTokens {
  readonly #keys: KeyRing;
  readonly #nowMs: () => number;
  readonly #verified = new LRUCache<string, VerifiedToken>({ max: VERIFIED_TOKENS_MAX });

  constructor(keys: KeyRing, nowMs: () => number) {
    this.#keys = keys;
    this.#nowMs = nowMs;
    keys.onLost(() => this.#verified.clear());
  }

  issue(subject: Subject, sessionId: string): Promise<string> {
    const nowSeconds = Math.floor(this.#nowMs() / 1000);
    const key = this.#keys.signing(PURPOSE);
    return new SignJWT({ sid: sessionId, kind: subject.kind })
      .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid: key.id })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setSubject(subject.id)
      .setIssuedAt(nowSeconds)
      .setExpirationTime(nowSeconds + ACCESS_TOKEN_TTL_SECONDS)
      .sign(key.bytes);
  }

  /** Whose it is; undefined where it is not ours, not for us or out of date. Its session is not looked at here. */
  async verify(token: string): Promise<VerifiedToken | undefined> {
    const nowMs = this.#nowMs();
    const known = this.#verified.get(token);
    if (known !== undefined) return known.expiresAtMs > nowMs ? known : undefined;
    if (token.length > ACCESS_TOKEN_LENGTH_MAX) return undefined;
    const verified = await this.#check(token, nowMs);
    if (verified !== undefined) this.#verified.set(token, verified);
    return verified;
  }

  /** A program of before named none: it had one, which is the oldest here. */
  #keyOf(id: string | undefined): Uint8Array {
    const keys = this.#keys.all(PURPOSE);
    const key = id === undefined ? keys.at(-1) : keys.find((known) => known.id === id);
    if (key === undefined) throw new Error('a key of another ring');
    return key.bytes;
  }

  async #check(token: string, nowMs: number): Promise<VerifiedToken | undefined> {
    try {
      const { payload } = await jwtVerify(token, (header) => this.#keyOf(header.kid), {
        algorithms: [ALGORITHM],
        typ: TYPE,
        issuer: ISSUER,
        audience: AUDIENCE,
        requiredClaims: ['exp', 'sub', 'sid', 'kind'],
        currentDate: new Date(nowMs),
      });
      const kind = SubjectKind.safeParse(payload.kind);
      if (!kind.success || !isId(payload.sub) || !isId(payload.sid)) return undefined;
      const expiresAtMs = (payload.exp as number) * 1000;
      // Further away than we ever give.
      if (expiresAtMs > nowMs + ACCESS_TOKEN_TTL_SECONDS * 1000 + CLOCKS_APART_MAX_MS) return undefined;
      return { subject: { id: payload.sub, kind: kind.data }, sessionId: payload.sid, expiresAtMs };
    } catch {
      // Whatever is wrong with it, it is not a token of ours; the caller learns no more than that.
      return undefined;
    }
  }
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= ID_LENGTH_MAX;
}
