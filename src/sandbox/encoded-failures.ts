import { DefaultFailureConverter } from '@temporalio/common';
import { getActivator } from '@temporalio/workflow/lib/global-attributes.js';

/**
 * A worker that encrypts payloads sets it before it runs a bundle: then a failure's message and stack travel as a payload,
 * since Temporal encrypts nothing else. The sandbox has no settings of its own; a converter of the user's could be chosen
 * only when the bundle is made, and the one of the SDK is frozen.
 */
const FLAG = 'DO_ENCODED_FAILURES';

/** Whether what the user gave may not be read in Temporal. */
export const isEncrypted = (): boolean => (globalThis as Record<string, unknown>)[FLAG] === true;

/** For the workflow that is running. */
export function encodeFailures(): void {
  if (!isEncrypted()) return;
  getActivator().failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
}
