/** What the links of this process have done since it began; for the metrics. Counters only grow. */
export interface Counts {
  /** Requests: handed in, answered with a body, and ended without one, by reason. */
  asked: number;
  answered: number;
  busy: number;
  refused: number;
  closed: number;
  deadline: number;
  fault: number;
  /** Answers to requests that had ended already. */
  late: number;
  /** Requests of others taken to be served, and notes sent and dropped. */
  served: number;
  notesSent: number;
  notesDropped: number;
  dials: number;
  dialsFailed: number;
  /** Upgrades by who did not know the secret. */
  strangers: number;
  framesSent: number;
  framesReceived: number;
  /** Of links that have ended. */
  bytesRead: number;
  bytesWritten: number;
}

export interface LinkStats extends Counts {
  /** Open now, by who dialled. */
  readonly linksOut: number;
  readonly linksIn: number;
  readonly inFlight: number;
  readonly serving: number;
  readonly queuedBytes: number;
}

export function newCounts(): Counts {
  return {
    asked: 0,
    answered: 0,
    busy: 0,
    refused: 0,
    closed: 0,
    deadline: 0,
    fault: 0,
    late: 0,
    served: 0,
    notesSent: 0,
    notesDropped: 0,
    dials: 0,
    dialsFailed: 0,
    strangers: 0,
    framesSent: 0,
    framesReceived: 0,
    bytesRead: 0,
    bytesWritten: 0,
  };
}
