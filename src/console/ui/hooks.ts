import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { View } from '../model/route.ts';
import { viewOf } from '../model/route.ts';

export function useView(): View {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const read = (): void => setHash(location.hash);
    addEventListener('hashchange', read);
    return () => removeEventListener('hashchange', read);
  }, []);
  return viewOf(hash);
}

export interface Loaded<T> {
  /** The last that was read, also while it is read again. */
  value: T | undefined;
  error: unknown;
  reload: () => Promise<void>;
}

/** Reads when it is first shown and whenever `key` has changed; of two readings under way the later one counts. */
export function useLoad<T>(key: string, load: () => Promise<T>): Loaded<T> {
  const [state, setState] = useState<{ key: string; value?: T; error?: unknown }>({ key });
  const latest = useRef({ load, turn: 0 });
  latest.current.load = load;
  const reload = useCallback(async () => {
    const turn = ++latest.current.turn;
    const isLast = (): boolean => latest.current.turn === turn;
    try {
      const value = await latest.current.load();
      if (isLast()) setState({ key, value });
    } catch (error) {
      if (isLast()) setState((before) => ({ ...(before.key === key && before), key, error }));
    }
  }, [key]);
  useEffect(() => {
    void reload();
    return () => void latest.current.turn++;
  }, [reload]);
  const isOfKey = state.key === key;
  return { value: isOfKey ? state.value : undefined, error: isOfKey ? state.error : undefined, reload };
}

/** Calls again and again while somebody can see the page, the next time after the one before has ended. */
export function useRepeat(act: () => Promise<void> | void, everyMs: number, isOn = true): void {
  const latest = useRef(act);
  latest.current = act;
  useEffect(() => {
    if (!isOn) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;
    const plan = (afterMs: number): void => {
      clearTimeout(timer);
      if (!isOver && document.visibilityState === 'visible') timer = setTimeout(() => void turn(), afterMs);
    };
    const turn = async (): Promise<void> => {
      await latest.current();
      plan(everyMs);
    };
    // Whoever comes back sees what is, not what was.
    const look = (): void => plan(0);
    plan(everyMs);
    document.addEventListener('visibilitychange', look);
    return () => {
      isOver = true;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', look);
    };
  }, [everyMs, isOn]);
}

/** The time now, kept while something is under way. */
export function useNow(isOn: boolean): number {
  const [now, setNow] = useState(Date.now());
  useRepeat(() => setNow(Date.now()), 500, isOn);
  return isOn ? now : Date.now();
}
