/** Postgres in a supervisor: nothing until the holder of a lease needs it, then kept until the supervisor ends. */
import type { Layout } from './layout.ts';
import { endLeftPostgres, keepPostgres } from './postgres-keeper.ts';
import type { FromPostgres, FromSupervisor } from './protocol.ts';

export interface LazyPostgres {
  need(answer: (message: FromPostgres) => void): void;
  /** Resolves when nothing of it runs any more, after the signal was aborted. */
  ended(): Promise<unknown>;
}

export function lazyPostgres(
  layout: Layout,
  broadcast: (message: FromSupervisor) => void,
  signal: AbortSignal,
): LazyPostgres {
  let serving: FromPostgres | undefined;
  const onProgress = (message: string) => broadcast({ type: 'progress', message });
  const failed = (error: unknown) => {
    if (!signal.aborted) broadcast({ type: 'postgres-failed', message: (error as Error).message });
  };
  const events = {
    onSpawn: () => (serving = undefined),
    onReady: (url: string) => broadcast((serving = { type: 'postgres', url })),
    onProgress,
  };
  // Also when nobody will need it again: the server of a killed supervisor has nobody else to end it.
  const cleaned = endLeftPostgres(layout).catch((error: unknown) => onProgress((error as Error).message));
  let keeping: Promise<void> | undefined;
  const keep = async () => {
    await cleaned;
    await keepPostgres(layout, events, signal).catch(failed);
    serving = keeping = undefined;
  };
  return {
    need(answer) {
      if (serving) return answer(serving);
      if (!signal.aborted) keeping ??= keep();
    },
    ended: () => Promise.all([cleaned, keeping]),
  };
}
