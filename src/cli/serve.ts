import { processSession, useWorkerGrace } from '../runtime/process-session.ts';
import type { ActionWorker } from '../worker.ts';
import { createWorker } from '../worker.ts';

/** A worker; with the embedded servers, mail goes to their catcher unless SMTP_URL says otherwise. */
export async function serveWithMail(): Promise<ActionWorker> {
  useWorkerGrace();
  return await processSession.use(async ({ mail }) => {
    if (mail) process.env['SMTP_URL'] ??= mail.smtpUrl;
    return await createWorker();
  });
}
