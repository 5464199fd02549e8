import type { Kind } from '../core/kind.ts';
import type { AtomicityLevel } from '../core/level.ts';

/** What a tool is made of: a `CatalogueEntry`, or what the HTTP API tells of one. */
export interface ToolEntry {
  kind: Kind;
  name: string;
  description?: string | null | undefined;
  inputSchema: object | null;
  outputSchema: object | null;
  /** Of an action. */
  level?: AtomicityLevel | undefined;
}
