/** What the servers of one system know and nobody else does, as links between them and seals in Redis ask for it. */
export interface PeerSecrets {
  /** What this server proves to know, and seals with, from now on. */
  current(): string;
  /** What others may prove to know, newest first: while one secret follows another, both. */
  accepted(): readonly string[];
  /** Told when one is not accepted any more before its time, as it has leaked: who came in with it is to leave. */
  onForgotten(listener: () => void): void;
}

/** One that no other follows. */
export function onlySecret(secret: string): PeerSecrets {
  return { current: () => secret, accepted: () => [secret], onForgotten: () => {} };
}
