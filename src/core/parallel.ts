/** `fn` for every item, so many at a time. After the first failure none begins, and it is told when all have ended. */
export async function parallel<Item, Result>(
  items: Iterable<Item>,
  fn: (item: Item, index: number) => Promise<Result>,
  { concurrency = 20 }: { concurrency?: number } = {},
): Promise<Result[]> {
  const all = [...items];
  const results = new Array<Result>(all.length);
  const failures: unknown[] = [];
  let next = 0;
  const work = async () => {
    while (next < all.length && failures.length === 0) {
      const index = next++;
      try {
        results[index] = await fn(all[index]!, index);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.floor(concurrency)) }, work));
  if (failures.length > 0) throw failures[0];
  return results;
}
