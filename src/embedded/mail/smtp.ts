import { SMTPServer } from 'smtp-server';
import type { SMTPServerDataStream, SMTPServerSession } from 'smtp-server';
import type { Envelope, KeptMail } from './kept-mail.ts';
import { summarise } from './summary.ts';
import { WantedFailures } from './wanted-failures.ts';

const MESSAGE_LIMIT = 10 * 1_024 * 1_024;

/** An SMTP server that accepts mail from anyone to anyone and answers 250 once it is kept. */
export function createSmtpServer(mail: KeptMail): SMTPServer {
  const failures = new WantedFailures();
  return new SMTPServer({
    name: 'localhost',
    banner: 'development mail catcher',
    disabledCommands: ['AUTH', 'STARTTLS'],
    authOptional: true,
    disableReverseLookup: true,
    size: MESSAGE_LIMIT,
    closeTimeout: 1_000,
    // Its default of 10 ends a session that has many recipients.
    maxAllowedUnauthenticatedCommands: false,
    onRcptTo({ address }, _session, answer) {
      answer(/^reject@/i.test(address) ? refusal(550, '5.1.1', `no mailbox ${address}`) : null);
    },
    onData(stream, session, answer) {
      receive(stream, session, mail, failures).then(
        () => answer(null, '2.6.0 kept'),
        (error: unknown) => answer(error instanceof Error ? error : new Error(String(error))),
      );
    },
  });
}

async function receive(
  stream: SMTPServerDataStream,
  session: SMTPServerSession,
  mail: KeptMail,
  failures: WantedFailures,
): Promise<void> {
  const raw = await readAll(stream);
  const { messageId } = await summarise(raw);
  const envelope = envelopeOf(session);
  if (failures.take(messageId, envelope.to)) {
    throw refusal(451, '4.3.0', 'refused, as the address asks for; try again');
  }
  try {
    await mail.keep(raw, envelope);
  } catch (error) {
    throw refusal(452, '4.3.1', `the message could not be written: ${(error as Error).message}`);
  }
  failures.accepted(messageId, envelope.to);
}

/** Rejects when the sender goes away before the final dot: such a message was never sent. */
async function readAll(stream: SMTPServerDataStream): Promise<Buffer> {
  let chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    // The rest is still read, so that the sender gets to hear the answer.
    if (stream.sizeExceeded) chunks = [];
    else chunks.push(chunk);
  }
  if (stream.sizeExceeded) throw refusal(552, '5.3.4', `the message is larger than ${MESSAGE_LIMIT} bytes`);
  return Buffer.concat(chunks);
}

const envelopeOf = ({ envelope }: SMTPServerSession): Envelope => ({
  from: envelope.mailFrom ? envelope.mailFrom.address : '',
  to: envelope.rcptTo.map(({ address }) => address),
});

function refusal(responseCode: number, enhancedCode: string, text: string): Error {
  // One line: the text may hold a path or an address.
  const line = `${enhancedCode} ${text}`.replaceAll(/[^\x20-\x7e]/g, '?');
  return Object.assign(new Error(line), { responseCode });
}
