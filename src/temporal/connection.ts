import type { NativeConnection, NativeConnectionOptions } from '@temporalio/worker';
import { PayloadCipher } from './codec.ts';
import { mapPayloads, openPayloads } from './codec-walk.ts';
import { configuredKeys } from './encryption-keys.ts';
import { toDoError } from './grpc.ts';
import type { TemporalSettings } from './settings.ts';

type WorkflowService = NativeConnection['workflowService'];

/** What every call to Temporal needs. The native connection is shared with workers: only so can a start be eager. */
export interface TemporalConnection {
  readonly connection: NativeConnection;
  /** Every call of ours: what goes through it is encrypted on its way out and decrypted on its way in. */
  readonly service: WorkflowService;
  readonly cipher: PayloadCipher;
  readonly namespace: string;
  readonly ui: string | null;
  readonly identity: string;
  close(): Promise<void>;
}

export async function connect(settings: TemporalSettings, identity: string): Promise<TemporalConnection> {
  const cipher = new PayloadCipher(configuredKeys());
  const { NativeConnection } = await import('@temporalio/worker');
  try {
    const { connectionOptions, namespace, ui } = settings;
    const connection = await NativeConnection.connect({
      ...transportOf(connectionOptions),
      ...connectionOptions,
    });
    const service = encodedBy(cipher, connection.workflowService);
    return { connection, service, cipher, namespace, ui, identity, close: () => connection.close() };
  } catch (error) {
    throw toDoError(error);
  }
}

const LOOPBACK = /^(127(\.\d{1,3}){3}|localhost|\[::1\])(:\d+)?$/;

/** By default all is compressed, which costs both ends; within one machine it saves nothing. */
export const transportOf = ({ address = '' }: { address?: string }): NativeConnectionOptions =>
  LOOPBACK.test(address) ? { grpcCompression: { codec: 'none' } } : {};

/** One place for all that is sent and read, so that nothing can be forgotten. Without keys it is the service itself. */
function encodedBy(cipher: PayloadCipher, service: WorkflowService): WorkflowService {
  if (!cipher.hasKeys) return service;
  return new Proxy(service, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      return async (request: unknown): Promise<unknown> => {
        const reply: unknown = await method.call(target, mapPayloads(request, cipher.seal));
        return openPayloads(reply, cipher.open);
      };
    },
  });
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
