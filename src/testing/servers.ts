import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { acquireEmbedded, runningEmbedded } from '../embedded/index.ts';
import type { EmbeddedLease } from '../embedded/index.ts';
import { processSession } from '../runtime/process-session.ts';

const GONE_WITHIN_MS = 10_000;

/** The servers of one test suite, with data of their own. */
export interface TestServers {
  /** The Temporal server and its Web UI. */
  temporal: { address: string; namespace: string; ui: string };
  /** Where `email.send` sends during the suite. */
  smtpUrl: string;
  /** The mails it caught; `/messages.json` has them for programs. */
  inboxUrl: string;
  /** The temporary folder that holds all their data. */
  dataDir: string;
  /**
   * The URL of the suite's Postgres, which is then in `DATABASE_URL` too. It starts with the first call, or with the
   * first attempt that needs it.
   */
  postgres(): Promise<string>;
  /** Closes what `client` had opened, ends the servers, deletes their data and restores the environment. */
  stop(): Promise<void>;
}

/**
 * Starts a real Temporal server and a mail catcher in a temporary folder, a Postgres too once it is needed, and points
 * this process at them, and the processes it starts from now on: `client`, `createWorker` and `createApi` need no more.
 * Call `stop` after the suite.
 */
export async function startTestServers(
  options: { onProgress?: (message: string) => void } = {},
): Promise<TestServers> {
  // Whatever was open speaks to another server.
  await processSession.closeNow();
  const dataDir = mkdtempSync(join(tmpdir(), 'do-test-'));
  try {
    const lease = await acquireEmbedded({ dataDir, ...options });
    const { temporal, mail } = lease;
    const restore = setEnvironment(dataDir, lease);
    let stopped: Promise<void> | undefined;
    const stop = () => (stopped ??= stopServers(dataDir, lease).finally(restore));
    const postgres = async () => (process.env['DATABASE_URL'] = (await lease.postgres()).url);
    return { temporal, ...mail, dataDir, postgres, stop };
  } catch (error) {
    remove(dataDir);
    throw error;
  }
}

/** What the shell says of other servers must not lead a test there: neither its variables nor its `temporal.toml`. */
function setEnvironment(dataDir: string, { temporal, mail }: EmbeddedLease): () => void {
  const isForeign = (name: string) => /^(TEMPORAL_|SMTP_URL$|DATABASE_URL$|DO_)/.test(name);
  const before = Object.entries(process.env).filter(([name]) => isForeign(name));
  const clear = () =>
    Object.keys(process.env)
      .filter(isForeign)
      .forEach((name) => delete process.env[name]);
  clear();
  Object.assign(process.env, {
    DO_DATA_DIR: dataDir,
    SMTP_URL: mail.smtpUrl,
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: temporal.namespace,
    TEMPORAL_UI_URL: temporal.ui,
    TEMPORAL_CONFIG_FILE: join(dataDir, 'temporal.toml'),
  });
  return () => {
    clear();
    Object.assign(process.env, Object.fromEntries(before));
  };
}

async function stopServers(dataDir: string, lease: EmbeddedLease): Promise<void> {
  try {
    await processSession.closeNow();
  } finally {
    await lease.release();
    const deadline = performance.now() + GONE_WITHIN_MS;
    // They end a moment after the last lease, and write until then.
    while (runningEmbedded(dataDir) && performance.now() < deadline) await delay(25);
    remove(dataDir);
  }
}

const remove = (dataDir: string) =>
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 50, retryDelay: 100 });
