import type { AttemptHost } from '../attempt/host.ts';
import type { Transaction } from '../core/context.ts';
import type { Memory, ReceiptRow } from './memory.ts';
import type { Answer, Steps } from './memory-transaction.ts';
import { answer, MemoryTransaction, readOutcome, tableOf } from './memory-transaction.ts';

type Store = Awaited<ReturnType<AttemptHost['store']>>;
type Query = (text: string, values?: readonly unknown[]) => Promise<unknown[]>;

/**
 * The store of one attempt, over the memory of its run. It stands below everything that works on a connection, so that
 * claiming, committing and keeping receipts is the code that does so on Postgres; it answers only the statements of that.
 */
export function memoryStore(memory: Memory, double: Transaction | undefined, steps: Steps): Store {
  const query: Query = async (text, values = []) => (await statement(memory, steps, text, values)).rows;
  const store = {
    server: 'the memory of the test',
    query,
    control: (work: (run: Query) => Promise<unknown>) => work(query),
    acquire: async () => {
      const nothing = () => undefined;
      // `testAction` has seen to it that there is a double where there is a transaction.
      const client = new MemoryTransaction(memory, double!, steps);
      return { client, isUsed: false, lostBy: undefined, release: nothing, discard: nothing };
    },
  };
  return store as unknown as Store;
}

async function statement(
  memory: Memory,
  steps: Steps,
  text: string,
  values: readonly unknown[],
): Promise<Answer> {
  const [token, name] = values as [string, string];
  const receipts = memory.receiptsOf(token);
  switch (tableOf(text)) {
    case 'insert into receipts':
      return begin(receipts, name, Number(values[2]));
    case 'update receipts':
      return await end(receipts, name, values[2] as string | undefined, steps);
    case 'from outcomes':
      return readOutcome(memory, token);
    default:
      // About other backends of Postgres, of which there are none.
      return answer();
  }
}

/** Takes a call that was left over, and tells how it was before. */
function begin(receipts: Map<string, ReceiptRow>, name: string, attempt: number): Answer {
  const before = receipts.get(name);
  const begins = before?.state !== 'done';
  if (begins) receipts.set(name, { state: 'unknown', attempt, result: null });
  return answer([{ begun: begins ? 1 : 0, state: null, attempt: null, result: null, ...before }]);
}

/** Without a result the call has failed. */
async function end(
  receipts: Map<string, ReceiptRow>,
  name: string,
  result: string | undefined,
  steps: Steps,
): Promise<Answer> {
  await steps.reach('beforeReceipt');
  const receipt = receipts.get(name)!;
  if (result !== undefined) receipts.set(name, { ...receipt, state: 'done', result });
  else if (receipt.state === 'unknown') receipts.set(name, { ...receipt, state: 'failed' });
  return answer();
}
