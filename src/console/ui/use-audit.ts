import { useEffect, useRef, useState } from 'preact/hooks';
import type { AuditEntry, Invocation } from '../../core/invocation.ts';
import { useSigned } from './context.ts';
import { useRepeat } from './hooks.ts';

export interface LiveAudit {
  invocation: Invocation | undefined;
  entries: AuditEntry[];
  /** Why there is nothing, or nothing new for now. */
  error: unknown;
  reload: () => Promise<void>;
}

/** What entries do not tell, such as that no worker is there, is read again so often. */
const READ_AGAIN_MS = 5_000;
/** Entries come in bursts, each of which is shown, and read after, once. */
const BURST_MS = 100;

/** The invocation with its audit, followed while it runs. */
export function useAudit(id: string): LiveAudit {
  const { api } = useSigned();
  const [invocation, setInvocation] = useState<Invocation>();
  const [entries, setEntries] = useState<AuditEntry[]>([]);
  const [error, setError] = useState<unknown>();
  const isClosed = useRef(false);
  const accept = (read: Invocation): void => {
    // A reading that was under way when it closed is older than the end.
    if (isClosed.current && read.status === 'running') return;
    isClosed.current = read.status !== 'running';
    setInvocation(read);
    setError(undefined);
  };
  const reload = async (): Promise<void> => {
    await api.get(id).then(accept, setError);
  };
  useEffect(() => {
    const end = new AbortController();
    const onEntry = inBursts((told) => {
      setEntries(told);
      if (!isClosed.current) void reload();
    }, end.signal);
    void reload();
    api.follow(id, { onEntry, onEnd: accept, onGap: setError }, end.signal).catch(setError);
    return () => end.abort();
  }, [id]);
  useRepeat(reload, READ_AGAIN_MS, invocation?.status === 'running');
  return { invocation, entries, error, reload };
}

/** Collects entries by their numbers, of each of which the last holds. */
function inBursts(show: (told: AuditEntry[]) => void, signal: AbortSignal): (entry: AuditEntry) => void {
  const told: AuditEntry[] = [];
  let burst: ReturnType<typeof setTimeout> | undefined;
  signal.addEventListener('abort', () => clearTimeout(burst));
  const flush = (): void => {
    burst = undefined;
    show([...told]);
  };
  return (entry) => {
    told[entry.seq - 1] = entry;
    burst ??= setTimeout(flush, BURST_MS);
  };
}
