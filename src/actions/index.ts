/** The built-in Atomic Actions; importing this registers them. */
export { emailSend } from './email-send.ts';
export { httpRequest } from './http-request.ts';
export { scriptRun } from './script-run.ts';
export { webhookNotify } from './webhook-notify.ts';
