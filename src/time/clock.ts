/** The system's clock: PostgreSQL's, carried by this node's monotonic clock. Never the wall clock. */
export interface Clock {
  /** Epoch milliseconds, an integer, never falling. */
  nowMs(): number;
}
