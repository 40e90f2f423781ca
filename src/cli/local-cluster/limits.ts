/** The bounds of the servers on one machine, and of the proxy before them. */
import { CLIENT_CONFIRM_DEADLINE_MS, CLIENT_DEADLINE_MS } from '../../client/limits.ts';

/** Servers that `nightlatch cluster` starts on one machine: more have no processor left to run on. */
export const CLUSTER_NODES_MAX = 16;
/** Connections through its proxy at once: each is two file descriptors. */
export const PROXY_CONNECTIONS_MAX = 20_000;
/**
 * How long a server may take to accept a connection before the next one is tried, in milliseconds: a
 * frozen one accepts none.
 */
export const PROXY_DIAL_DEADLINE_MS = 1_000;
/**
 * A connection without a byte is cut after the first, in milliseconds (a confirm over HTTP waits for its payment), and
 * after the second once one of its sides has ended.
 */
export const PROXY_IDLE_MS = CLIENT_CONFIRM_DEADLINE_MS + CLIENT_DEADLINE_MS;
export const PROXY_HALF_OPEN_MS = 10_000;
