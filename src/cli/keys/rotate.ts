import { readKey, rotateKey } from '../../store/keys.ts';
import { readDuration } from '../duration-option.ts';
import { UsageError } from '../usage-error.ts';
import { tellKey } from './create.ts';
import { noSuchKey } from './revoke.ts';
import { withStore } from './store.ts';

export interface RotateOptions {
  overlap: string;
  expires?: string;
  json?: boolean;
}

export async function rotate(id: string, { overlap, expires, json }: RotateOptions): Promise<void> {
  const overlapMs = overlap === '0' ? 0 : readDuration(overlap, '--overlap')!;
  const expiresInMs = readDuration(expires, '--expires');
  const [made, old] = await withStore(async (store) => [
    await rotateKey(store, id, { overlapMs, expiresInMs }),
    await readKey(store, id),
  ]);
  if (!old) throw noSuchKey();
  if (!made) {
    throw new UsageError(
      old.replacedBy
        ? `The key ${old.id} was rotated already, to ${old.replacedBy}: rotate that one.`
        : `The key ${old.id} is ${old.state}, so there is nothing to take over from it. Make a new one: \`do-sdk keys create\`.`,
    );
  }
  tellKey(made, json);
  if (!json) process.stderr.write(`The old key, ${old.id}, is refused from ${old.expiresAt} on.\n`);
}
