/**
 * Imported (`node --import`) into each server that `nightlatch cluster` starts: when that command is gone without having
 * stopped them, killed with SIGKILL for one, the servers leave as they would on SIGTERM. `serve` knows nothing of it.
 */
import process from 'node:process';

/** A server that has not drained in this time ends regardless, in milliseconds. */
const LEAVE_MS = 30_000;

process.once('disconnect', () => {
  setTimeout(() => process.exit(1), LEAVE_MS).unref();
  // Before `serve` listens for it, this ends the process at once.
  process.kill(process.pid, 'SIGTERM');
});
// The channel alone must not keep a process going that has nothing more to do.
process.channel?.unref();
