/** The payment provider that the example assumes: it removes duplicates by their key, and bars a released one. */
const holds = new Map<string, number>();
const barred = new Set<string>();

export const payments = {
  hold(cents: number, { idempotencyKey }: { idempotencyKey: string }) {
    if (barred.has(idempotencyKey)) throw new Error('That hold was released.');
    holds.set(idempotencyKey, cents);
    return { held: cents };
  },
  release(_cents: number, { idempotencyKey }: { idempotencyKey: string }) {
    barred.add(idempotencyKey);
    holds.delete(idempotencyKey);
  },
  held: () => [...holds.values()],
};
