import { RemoteBackend } from '../../remote/backend.ts';
import { readCatalogue } from '../../remote/catalogue.ts';
import type { DoOptions } from '../../remote.ts';
import { resolveSettings } from '../../remote.ts';
import type { ToolEntry } from '../../mcp/entry.ts';
import type { ToolDoor } from './door.ts';

/** A call looks its tool up; a list that was read for the call before is new enough for it. */
const FRESH_MS = 5_000;

/** `options` are asked for with every call, since an API of this project may come back at another address. */
export function remoteDoor(options: () => DoOptions): ToolDoor {
  const settings = () => resolveSettings(options());
  let known: { entries: readonly ToolEntry[]; until: number } | undefined;
  return {
    backend: new RemoteBackend({ settings }),
    entries: async () => {
      if (known && Date.now() < known.until) return known.entries;
      known = { entries: await readCatalogue(await settings()), until: Date.now() + FRESH_MS };
      return known.entries;
    },
    close: () => Promise.resolve(),
  };
}
