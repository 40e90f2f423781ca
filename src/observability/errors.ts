/**
 * What a log may say of an error. Libraries put what they were working on into fields of it (PostgreSQL `detail`, `where`
 * and `parameters`, Redis `command`), which is what somebody has typed: only what is named here is taken, never the rest.
 */

/** Of PostgreSQL, of the system and of this program: names and codes, no values. */
const FIELDS = [
  ...['code', 'severity', 'schema', 'table', 'column', 'dataType', 'constraint', 'routine'],
  ...['errno', 'syscall', 'address', 'port'],
] as const;
/** Errors in errors that are told. */
const DEPTH_MAX = 8;
const ERRORS_MAX = 8;

/** What is no error stays as it is: whoever logs it has chosen it. */
export function tellable(thrown: unknown, depth = 0): unknown {
  if (!(thrown instanceof Error)) return thrown;
  if (depth === DEPTH_MAX) return `(${thrown.name}, deeper than ${DEPTH_MAX})`;
  const message = withoutValues(thrown);
  const told: Record<string, unknown> = { type: thrown.name, message };
  for (const field of FIELDS) {
    const value = (thrown as unknown as Record<string, unknown>)[field];
    if (typeof value === 'string' || typeof value === 'number') told[field] = value;
  }
  const frames = framesOf(thrown);
  if (frames !== '') told.stack = `${thrown.name}: ${message}${frames}`;
  if (thrown.cause !== undefined) told.cause = tellable(thrown.cause, depth + 1);
  if (thrown instanceof AggregateError)
    told.errors = thrown.errors.slice(0, ERRORS_MAX).map((one: unknown) => tellable(one, depth + 1));
  return told;
}

/** PostgreSQL's errors in data (SQLSTATE class 22) and those of parsers quote what they could not read, Redis repeats arguments. */
function withoutValues(error: Error): string {
  const { message, name } = error;
  const { code = '', severity } = error as { code?: string; severity?: string };
  // From the first quote to the last: a value may have some of its own.
  if (error instanceof SyntaxError || (severity !== undefined && code.startsWith('22')))
    return message.replace(/".*"/s, '"…"');
  return name === 'ReplyError' ? message.replace(/,? with args beginning with.*/s, '') : message;
}

/** A stack begins with the message; where it does not, nothing of it is known to be free of one. */
function framesOf({ stack = '', message }: Error): string {
  const at = stack.indexOf(message);
  return at < 0 ? '' : stack.slice(at + message.length);
}
