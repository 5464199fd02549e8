import { LazyLease } from '../../runtime/lazy-lease.ts';
import { findProject } from '../../runtime/project.ts';
import { configuredDatabase } from '../../runtime/store-url.ts';
import { Store } from '../../store/index.ts';

/** A server that runs answers sooner; one that has to be set up first takes seconds. */
const SILENCE_MS = 300;

const tell = (message: string): void => void process.stderr.write(`${message}\n`);

/** The store by itself: keys can be managed where Temporal is not configured or not there. */
export async function withStore<T>(work: (store: Store) => Promise<T>): Promise<T> {
  const lease = new LazyLease(findProject(), tell);
  try {
    const store = Store.open(configuredDatabase() ?? (await embeddedDatabase(lease)));
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  } finally {
    await lease.release();
  }
}

async function embeddedDatabase(lease: LazyLease): Promise<string> {
  const servers = await lease.open();
  const timer = setTimeout(() => tell('Starting the embedded Postgres.'), SILENCE_MS);
  try {
    return (await servers.postgres()).url;
  } finally {
    clearTimeout(timer);
  }
}
