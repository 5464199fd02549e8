import { callerIn } from '../../core/caller.ts';
import { revokeKey } from '../../store/keys.ts';
import { UsageError } from '../usage-error.ts';
import { withStore } from './store.ts';

export async function revoke(id: string, { json }: { json?: boolean }): Promise<void> {
  const revoked = await withStore((store) => revokeKey(store, id));
  if (!revoked) throw noSuchKey();
  const caller = callerIn(revoked.tenant, revoked.name);
  process.stdout.write(json ? `${JSON.stringify(revoked)}\n` : `Revoked ${id} of ${caller}\n`);
}

/** Without the text that was given: it may be a whole key, and errors end up in logs. */
export const noSuchKey = (): UsageError =>
  new UsageError(
    'There is no key of that id. `do-sdk keys list` lists them; the id of a key is what stands between `do_` and the next `_`.',
  );
