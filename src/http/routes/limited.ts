/** `work`, of which at most `limit` calls are under way at a time; the others wait for their turn, in order. */
export function limited<Input, Output>(
  limit: number,
  work: (input: Input) => Promise<Output>,
): (input: Input) => Promise<Output> {
  const waiting: (() => void)[] = [];
  let free = limit;
  return async (input) => {
    if (free > 0) free--;
    // Whoever ends hands its place on, so that nobody can come in between.
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work(input);
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}
