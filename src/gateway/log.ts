/** What the gateway needs of a logger; pino fits. Event names are stable, no token and no personal data goes in. */
export interface Log {
  isLevelEnabled(level: string): boolean;
  debug(fields: LogFields): void;
  info(fields: LogFields): void;
  warn(fields: LogFields): void;
  error(fields: LogFields): void;
}
export interface LogFields {
  /** Dotted and stable: `hold.refused`, `socket.cut`, `gateway.fault`. */
  readonly event: string;
  readonly [field: string]: unknown;
}

/** Never a whole payload: it may carry a guest's name. */
export function idsOf(payload: unknown): { requestId?: string; apartmentId?: string } {
  if (typeof payload !== 'object' || payload === null) return {};
  const { requestId, apartmentId } = payload as Record<string, unknown>;
  return {
    ...(typeof requestId === 'string' ? { requestId: requestId.slice(0, 64) } : {}),
    ...(typeof apartmentId === 'string' ? { apartmentId: apartmentId.slice(0, 64) } : {}),
  };
}
