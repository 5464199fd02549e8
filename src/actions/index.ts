/** The built-in Atomic Actions; importing this registers them. */
export { emailSend } from './email-send.ts';
