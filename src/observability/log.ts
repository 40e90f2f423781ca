import { type DestinationStream, type Logger, pino } from 'pino';
import { tellable } from './errors.ts';

/**
 * Structured logs with stable event names: `log.warn({ event: 'apartment.lost', … })`. To standard error, so that
 * standard output stays the program's answer to the person who called it.
 */
export type Log = Logger;

export function createLog(
  level: string,
  to: DestinationStream = pino.destination({ dest: 2, sync: true }),
): Log {
  return pino(
    {
      level,
      base: null,
      messageKey: 'event',
      formatters: { level: (label) => ({ level: label }) },
      serializers: { cause: tellable },
      redact: { paths: ['token', '*.token', 'password', '*.password', 'email', '*.email'], remove: true },
    },
    to,
  );
}
