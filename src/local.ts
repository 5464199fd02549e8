import { ActionClient } from './core/client.ts';
import { ProcessBackend } from './runtime/backend.ts';

/**
 * Invokes actions on Temporal directly: the configured server, or outside production an embedded one. Opens what it
 * needs on first use and lets the process end by itself. Outside production it also serves the actions that the
 * process has imported, and nothing else.
 */
export const client: ActionClient = new ActionClient(new ProcessBackend('local'));
