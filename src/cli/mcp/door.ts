import type { Backend } from '../../core/backend.ts';
import type { ToolEntry } from '../../mcp/entry.ts';

/** By which a server on standard input and output reaches actions. */
export interface ToolDoor {
  backend: Backend;
  entries: () => Promise<readonly ToolEntry[]>;
  close: () => Promise<void>;
}
