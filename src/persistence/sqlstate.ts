/** What an error of PostgreSQL means for an append: SQLSTATE → outcome, in one table (PostgreSQL manual, appendix A). */

/** Raised by `fence_marked()`: a shard of the batch has another epoch. Its detail lists `shard:epoch` pairs. */
export const SQLSTATE_FENCED = 'NL001';
/** Raised by `expect_rows()`: a booking that should be there is not, or not in that state. */
export const SQLSTATE_MISSING = 'NL002';
/** Raised by triggers: the journal is append-only. */
export const SQLSTATE_APPEND_ONLY = 'NL003';

/**
 * `refused`: these values will be refused again, nothing was written, someone in the batch is to blame.
 * `fenced`: as it says, nothing was written. `later`: not written now, for a cause that lies outside the batch.
 */
export type SqlOutcome = 'refused' | 'fenced' | 'later';

const OUTCOMES: Readonly<Record<string, SqlOutcome>> = {
  [SQLSTATE_FENCED]: 'fenced',
  [SQLSTATE_MISSING]: 'refused',
  [SQLSTATE_APPEND_ONLY]: 'refused',
  /** A value too large for a row or an index. */
  '54000': 'refused',
};
const OUTCOMES_OF_CLASS: Readonly<Record<string, SqlOutcome>> = {
  /** Cardinality violation, data exception, integrity constraint violation. */
  '21': 'refused',
  '22': 'refused',
  '23': 'refused',
};

/** Anything that is not known to be a value's fault (disk full, shutdown, deadlock, timeout, lost link) is `later`. */
export function outcomeOf(error: unknown): SqlOutcome {
  const state = sqlStateOf(error);
  if (state === undefined) return 'later';
  return OUTCOMES[state] ?? OUTCOMES_OF_CLASS[state.slice(0, 2)] ?? 'later';
}

/** Whether a statement was ended because it took longer than it may (`statement_timeout`). */
export function isOverrun(error: unknown): boolean {
  return sqlStateOf(error) === '57014';
}

/** Read-only: a standby, say, where the primary was. */
const SQLSTATE_READ_ONLY = '25006';

/** Whether it is the session's or the server's fault, and another connection may do better. */
export function endsSession(error: unknown): boolean {
  const state = sqlStateOf(error);
  return state === SQLSTATE_READ_ONLY || state?.startsWith('57') === true;
}

/**
 * Connection exception, transaction rollback (serialization failure, deadlock), insufficient resources (connections,
 * disk), object not in its state (a lock that somebody else holds), operator intervention (shutdown, time-out).
 */
const OUTAGE_CLASSES: ReadonlySet<string> = new Set(['08', '40', '53', '55', '57']);
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
  const detail = typeof error === 'object' && error !== null && 'detail' in error ? error.detail : undefined;
  return new Set(typeof detail === 'string' ? detail.split(',') : []);
}
