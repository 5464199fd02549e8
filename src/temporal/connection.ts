import type { NativeConnection } from '@temporalio/worker';
import { toDoError } from './grpc.ts';
import type { TemporalSettings } from './settings.ts';

/** What every call to Temporal needs. The native connection is shared with workers: only so can a start be eager. */
export interface TemporalConnection {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly ui: string | null;
  readonly identity: string;
  close(): Promise<void>;
}

export async function connect(settings: TemporalSettings, identity: string): Promise<TemporalConnection> {
  const { NativeConnection } = await import('@temporalio/worker');
  try {
    const connection = await NativeConnection.connect(settings.connectionOptions);
    const { namespace, ui } = settings;
    return { connection, namespace, ui, identity, close: () => connection.close() };
  } catch (error) {
    throw toDoError(error);
  }
}

/** Long enough for a busy server, short enough that a caller gets a 503 instead of a hang. */
const CALL_LIMIT_MS = 5_000;

export async function call<T>(
  { connection }: TemporalConnection,
  request: () => Promise<T>,
  limitMs = CALL_LIMIT_MS,
): Promise<T> {
  try {
    return await connection.withDeadline(Date.now() + limitMs, request);
  } catch (error) {
    throw toDoError(error);
  }
}
