/** What an error of PostgreSQL means for an append: SQLSTATE → outcome, in one table (PostgreSQL manual, appendix A). */

/** Raised by `fence_marked()`: a shard of the batch has another epoch. Its detail lists `shard:epoch` pairs. */
export const SQLSTATE_FENCED = 'NL001';
/** Raised by `expect_rows()`: a booking that should be there is not, or not in that state. */
export const SQLSTATE_MISSING = 'NL002';
/** Raised by triggers: the journal is append-only. */
export const SQLSTATE_APPEND_ONLY = 'NL003';
/** Raised by `fence()`: somebody else has locked shards of the batch. Its detail lists them. */
export const SQLSTATE_SHARDS_LOCKED = 'NL004';
/** Raised where a node joins that may not understand what was written. Its detail is the level that does. */
export const SQLSTATE_LEVEL = 'NL005';
/** Raised by a trigger: a volume of the journal that is closed takes no more facts. */
export const SQLSTATE_VOLUME_CLOSED = 'NL006';

/**
 * Of all but `later` nothing was written. `refused`: these values will be refused again, someone in the batch is to blame.
 * `locked`, `broken`: what someone in the batch needs is locked by somebody else, or does not work. `fenced`: as it says.
 * `later`: not written now, for a cause that lies outside the batch.
 */
export type SqlOutcome = 'refused' | 'locked' | 'broken' | 'fenced' | 'later';

const OUTCOMES: Readonly<Record<string, SqlOutcome>> = {
  [SQLSTATE_FENCED]: 'fenced',
  [SQLSTATE_MISSING]: 'refused',
  [SQLSTATE_APPEND_ONLY]: 'refused',
  [SQLSTATE_VOLUME_CLOSED]: 'refused',
  [SQLSTATE_SHARDS_LOCKED]: 'locked',
  /** `lock_timeout` has passed. */
  '55P03': 'locked',
  /** A deadlock: batches lock nothing that other batches do, so with somebody else. */
  '40P01': 'locked',
  /** A value too large for a row or an index. */
  '54000': 'refused',
};
const OUTCOMES_OF_CLASS: Readonly<Record<string, SqlOutcome>> = {
  /** Cardinality violation, data exception, integrity constraint violation. */
  '21': 'refused',
  '22': 'refused',
  '23': 'refused',
  /** A table, column or right that is missing, what a trigger of somebody's raises, a block that cannot be read, damage. */
  '42': 'broken',
  P0: 'broken',
  '58': 'broken',
  XX: 'broken',
};

/** Anything that is not known to be the fault of what is written (disk full, shutdown, timeout, lost link) is `later`. */
export function outcomeOf(error: unknown): SqlOutcome {
  const state = sqlStateOf(error);
  if (state === undefined) return 'later';
  return OUTCOMES[state] ?? OUTCOMES_OF_CLASS[state.slice(0, 2)] ?? 'later';
}

/** Whether a statement was ended because it took longer than it may (`statement_timeout`). */
export function isOverrun(error: unknown): boolean {
  return sqlStateOf(error) === '57014';
}

/** Whether a row is there already of which there is to be one. */
export function isTaken(error: unknown): boolean {
  return sqlStateOf(error) === '23505';
}

/** Whether it is text with U+0000 in it, which every schema should have refused. */
export function isUnstorable(error: unknown): boolean {
  return ['22021', '22P05'].includes(sqlStateOf(error) ?? '');
}

/** Read-only: a standby, say, where the primary was. */
const SQLSTATE_READ_ONLY = '25006';

/** Whether it is the session's or the server's fault, and another connection may do better. */
export function endsSession(error: unknown): boolean {
  const state = sqlStateOf(error);
  return state === SQLSTATE_READ_ONLY || state?.startsWith('57') === true;
}

/**
 * Connection exception, no leave to log in and no such database (while an operator restores it, or changes a password),
 * transaction rollback (serialization failure, deadlock), insufficient resources (connections, disk), object not in its
 * state (a lock that somebody else holds), operator intervention (shutdown, time-out).
 */
const OUTAGE_CLASSES: ReadonlySet<string> = new Set(['08', '28', '3D', '40', '53', '55', '57']);
/** pg says these in words alone. */
const OUTAGE_MESSAGES = [
  'Connection terminated',
  'timeout exceeded when trying to connect',
  'Query read timeout',
  'Client has encountered a connection error',
];

/** Whether a statement failed for a cause outside it: the connection, the server, its resources, what others do there. */
export function isOutage(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isOutage);
  if (!(error instanceof Error)) return false;
  const state = sqlStateOf(error);
  if (state === SQLSTATE_READ_ONLY) return true;
  if (state !== undefined && OUTAGE_CLASSES.has(state.slice(0, 2))) return true;
  const isErrno = 'syscall' in error || ('code' in error && ERRNO.test(String(error.code)));
  return isErrno || OUTAGE_MESSAGES.some((message) => error.message.startsWith(message));
}
const ERRNO = /^E(CONN|PIPE|TIMEDOUT|HOST|NET)/;

/** The five characters, or undefined where the error is not PostgreSQL's own (a broken connection, say). */
export function sqlStateOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' && error.code.length === 5 ? error.code : undefined;
}

/** The `shard:epoch` pairs that a refused fence names. */
export function fencedPairs(error: unknown): Set<string> {
  return new Set(listedIn(error));
}

/** The shards that are locked by somebody else; undefined where it is something else that is, and nobody says what. */
export function lockedShards(error: unknown): Set<number> | undefined {
  return sqlStateOf(error) === SQLSTATE_SHARDS_LOCKED ? new Set(listedIn(error).map(Number)) : undefined;
}

function listedIn(error: unknown): string[] {
  const detail = typeof error === 'object' && error !== null && 'detail' in error ? error.detail : undefined;
  return typeof detail === 'string' ? detail.split(',') : [];
}
