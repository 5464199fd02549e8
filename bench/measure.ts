/** One way of doing the same work; `invoke` resolves with the result of one invocation. */
export interface Contender {
  name: string;
  invoke: (n: number) => Promise<void>;
}

export const median = (values: number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

/** The milliseconds of each of `count` invocations, one after the other. */
export async function sequential({ invoke }: Contender, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let n = 0; n < count; n++) {
    const start = performance.now();
    await invoke(n);
    times.push(performance.now() - start);
  }
  return times;
}

/** Invocations per second with `concurrency` of them under way at all times. */
export async function throughput({ invoke }: Contender, count: number, concurrency: number): Promise<number> {
  const start = performance.now();
  let next = 0;
  const lane = async () => {
    while (next < count) await invoke(next++);
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  return (count * 1000) / (performance.now() - start);
}

export interface Bench {
  dataDir: string;
  address: string;
  /** Of the embedded Postgres, which starts for it. */
  databaseUrl: () => Promise<string>;
}

export interface Figure {
  label: string;
  value: string;
  target: string;
  isMet: boolean;
}

export const atMost = (label: string, value: number, limit: number, unit = ''): Figure => ({
  label,
  value: `${value.toFixed(2)}${unit}`,
  target: `target <= ${limit}${unit}`,
  isMet: value <= limit,
});

export const atLeast = (label: string, value: number, limit: number): Figure => ({
  label,
  value: value.toFixed(2),
  target: `target >= ${limit}`,
  isMet: value >= limit,
});

export const shown = (label: string, value: number, unit: string): Figure => ({
  label,
  value: `${value.toFixed(unit === '' ? 2 : 1)}${unit}`,
  target: '',
  isMet: true,
});

/** Round by round, since the machine's speed drifts. */
export const ratio = (a: number[], b: number[]): number => median(a.map((value, round) => value / b[round]!));
