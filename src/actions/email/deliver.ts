import { Readable } from 'node:stream';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { SMTPConnectionEnvelope, SMTPConnectionOptions } from 'nodemailer/lib/smtp-connection';
import type { Message } from './message.ts';
import type { Progress } from './smtp-failure.ts';
import { toActionError } from './smtp-failure.ts';
import type { SmtpServer } from './smtp-server.ts';

/** Together below the attempt timeout of 30 s, so that a silent server is named instead of "timed out". */
const LIMITS = {
  connectionTimeout: 10_000,
  greetingTimeout: 10_000,
  socketTimeout: 15_000,
  socketCloseTimeout: 1_000,
} satisfies SMTPConnectionOptions;

/**
 * Delivers to all recipients or to none, over one connection, and returns the server's final reply.
 *
 * SMTP lets a server refuse some recipients and accept others, and a client that goes on then has sent half a message.
 * So the content is held back until every recipient is accepted; otherwise the connection is closed without the final
 * dot, upon which a server must drop the message (RFC 5321, 4.1.1.4 and 3.8).
 */
export async function deliver(message: Message, server: SmtpServer, signal: AbortSignal): Promise<string> {
  signal.throwIfAborted();
  const envelope = {
    from: message.sender,
    to: [...message.recipients],
    size: message.content.length,
  } as SMTPConnectionEnvelope;
  const content = new HeldContent(message.content, envelope);
  const connection = new SMTPConnection({ ...server.options, ...LIMITS });
  const over = new AbortController();
  try {
    const session = converse(connection, server, envelope, content);
    return await Promise.race([session, endOf(connection), abortOf(signal, over.signal)]);
  } catch (error) {
    if (!content.released) signal.throwIfAborted();
    throw toActionError(error, progressOf(message, envelope, content), server);
  } finally {
    over.abort();
    connection.close();
  }
}

async function converse(
  connection: SMTPConnection,
  { options }: SmtpServer,
  envelope: SMTPConnectionEnvelope,
  content: Readable,
): Promise<string> {
  await settled<void>((done) => connection.connect((error) => done(error ?? null)));
  const { auth } = options;
  if (auth && connection.allowsAuth) {
    await settled((done) => connection.login({ ...auth, credentials: auth }, done));
  }
  const { response } = await settled<{ response: string }>((done) =>
    connection.send(envelope, content, done),
  );
  return response;
}

function settled<T>(start: (done: (error: Error | null, result?: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    start((error, result) => (error ? reject(error) : resolve(result as T)));
  });
}

/** Rejects when the connection is over. Stays subscribed, since an `error` event nobody listens to ends the process. */
function endOf(connection: SMTPConnection): Promise<never> {
  return new Promise((_, reject) => {
    connection.on('error', reject);
    // Later than the callback of the command in flight, which knows more.
    connection.once('end', () => setImmediate(() => reject(new Error('The server ended the session'))));
  });
}

function abortOf(signal: AbortSignal, over: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true, signal: over });
  });
}

/**
 * Read by the connection once DATA is allowed. nodemailer keeps the replies to RCPT in the envelope object it was
 * given; should it ever cease to, no recipient counts as accepted and nothing is sent.
 */
class HeldContent extends Readable {
  readonly #content: Buffer;
  readonly #envelope: SMTPConnectionEnvelope;
  released = false;

  constructor(content: Buffer, envelope: SMTPConnectionEnvelope) {
    super();
    this.#content = content;
    this.#envelope = envelope;
  }

  override _read(): void {
    const { accepted = [], to = [] } = this.#envelope;
    if (accepted.length !== to.length) {
      this.destroy(new Error('Not every recipient was accepted'));
      return;
    }
    this.released = true;
    this.push(this.#content);
    this.push(null);
  }
}

const progressOf = (message: Message, envelope: SMTPConnectionEnvelope, content: HeldContent): Progress => ({
  messageId: message.messageId,
  recipients: message.recipients,
  refusals: envelope.rejectedErrors ?? [],
  contentSent: content.released,
});
