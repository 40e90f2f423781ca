/** Where a session survives a page reload. */
import type { Session } from '../protocol/resources.ts';

export interface StoredSession {
  readonly session: Session;
  /** No account behind it: it is this device's alone. */
  readonly anonymous: boolean;
  /** As the person wrote it when signing in; for display. */
  readonly email?: string;
  /** Wall clock at receipt, epoch ms: only says whether to renew early, the server says what is valid. */
  readonly receivedAtMs: number;
}

export interface SessionStorage {
  read(): StoredSession | undefined;
  write(stored: StoredSession | undefined): void;
  /** Tells when somebody else (another tab) wrote. Returns the way to stop. */
  subscribe?(listener: () => void): () => void;
  /** Runs `work` while no other tab runs its own: a refresh token must be used by one of them only. */
  exclusive?<T>(work: () => Promise<T>): Promise<T>;
}

/** For as long as the process lives: tests, servers, command lines. */
export function memoryStorage(initial?: StoredSession): SessionStorage {
  let stored = initial;
  return {
    read: () => stored,
    write: (next) => {
      stored = next;
    },
  };
}

/** The little of a browser that is used here, so that the library type-checks without its DOM. */
interface BrowserPage {
  localStorage: {
    getItem(key: string): string | null;
    setItem(key: string, value: string): void;
    removeItem(key: string): void;
  };
  addEventListener(kind: 'storage', listener: (event: { key: string | null }) => void): void;
  removeEventListener(kind: 'storage', listener: (event: { key: string | null }) => void): void;
  navigator?: { locks?: { request<T>(name: string, work: () => Promise<T>): Promise<T> } };
}

/** localStorage: shared by the tabs of one browser profile. */
export function browserStorage(key = 'nightlatch.session'): SessionStorage {
  const page = globalThis as unknown as BrowserPage;
  return {
    read() {
      try {
        const text = page.localStorage.getItem(key);
        return text === null ? undefined : storedFrom(JSON.parse(text));
      } catch {
        // Forbidden by the browser's settings, or not ours: the same as none.
        return undefined;
      }
    },
    write(stored) {
      try {
        if (stored === undefined) page.localStorage.removeItem(key);
        else page.localStorage.setItem(key, JSON.stringify(stored));
      } catch {
        // Full or forbidden: the session lives as long as the page.
      }
    },
    subscribe(listener) {
      const heard = (event: { key: string | null }) => {
        if (event.key === key || event.key === null) listener();
      };
      page.addEventListener('storage', heard);
      return () => page.removeEventListener('storage', heard);
    },
    exclusive(work) {
      // Only there on secure origins; without it two tabs may race, which the server's grace period forgives.
      const locks = page.navigator?.locks;
      return locks === undefined ? work() : locks.request(key, work);
    },
  };
}

export function defaultStorage(): SessionStorage {
  return 'document' in globalThis ? browserStorage() : memoryStorage();
}

function storedFrom(value: unknown): StoredSession | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { session, anonymous, receivedAtMs } = value as Partial<StoredSession>;
  const whole =
    typeof session?.accessToken === 'string' &&
    typeof session.refreshToken === 'string' &&
    typeof session.expiresInSeconds === 'number' &&
    typeof session.subject?.id === 'string' &&
    typeof session.subject.kind === 'string' &&
    typeof anonymous === 'boolean' &&
    typeof receivedAtMs === 'number';
  return whole ? (value as StoredSession) : undefined;
}
