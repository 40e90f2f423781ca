import type { BookedPayment, SandboxBooks } from '../../../persistence/statements/sandbox-payments.ts';

/** The sandbox's books for tests and simulation; forgotten with the process. */
export function memoryBooks(): SandboxBooks {
  const payments = new Map<string, BookedPayment>();
  return {
    load(keys) {
      const found = new Map<string, BookedPayment>();
      for (const key of keys) {
        const payment = payments.get(key);
        if (payment !== undefined) found.set(key, payment);
      }
      return Promise.resolve(found);
    },
    save(changes) {
      const saved = new Set<string>();
      for (const { key, was, is } of changes) {
        const stored = payments.get(key);
        if (stored?.status !== was?.status || stored?.refundedMinor !== was?.refundedMinor) continue;
        payments.set(key, is);
        saved.add(key);
      }
      return Promise.resolve(saved);
    },
  };
}
