import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import { attempt, failure, MESSAGE_ID } from './attempt.ts';
import { freePort, reply, smtpServer } from './smtp-servers.ts';

afterEach(() => vi.unstubAllEnvs());

const hello = { to: 'ada@example.com', subject: 'Hello', body: 'Hello' };
const both = { ...hello, to: ['ada@example.com', 'bob@example.com'] };

it.each([
  [
    '421 in place of the greeting',
    { onConnect: (_s, done) => done(reply(421, 'come back')) },
    '421 come back',
  ],
  ['450 to the sender', { onMailFrom: (_a, _s, done) => done(reply(450, 'not now')) }, '450 not now'],
  ['451 to the recipient', { onRcptTo: (_a, _s, done) => done(reply(451, 'greylisted')) }, '451 greylisted'],
  ['421 to the recipient', { onRcptTo: (_a, _s, done) => done(reply(421, 'closing')) }, '421 closing'],
  [
    '452 to the message',
    { onData: (stream, _s, done) => stream.resume().on('end', () => done(reply(452, 'full'))) },
    '452 full',
  ],
] satisfies [string, Parameters<typeof smtpServer>[0], string][])(
  'retries after %s',
  async (_case, options, answer) => {
    const { url } = await smtpServer(options);
    const found = await failure(url, hello);
    expect(found).toMatchObject({ type: 'SmtpTransient', nonRetryable: false });
    expect(found.message).toContain(answer);
  },
);

it.each([
  ['554 in place of the greeting', { onConnect: (_s, done) => done(reply(554, 'go away')) }, '554 go away'],
  ['553 to the sender', { onMailFrom: (_a, _s, done) => done(reply(553, 'bad sender')) }, '553 bad sender'],
  ['550 to the recipient', { onRcptTo: (_a, _s, done) => done(reply(550, 'unknown')) }, '550 unknown'],
  [
    '554 to the message',
    { onData: (stream, _s, done) => stream.resume().on('end', () => done(reply(554, 'spam'))) },
    '554 spam',
  ],
  ['a size limit below the message', { size: 10 }, 'larger than allowed 10'],
] satisfies [string, Parameters<typeof smtpServer>[0], string][])(
  'gives up after %s',
  async (_case, options, answer) => {
    const { url } = await smtpServer(options);
    const found = await failure(url, hello);
    expect(found).toMatchObject({ type: 'SmtpPermanent', nonRetryable: true });
    expect(found.message).toContain(answer);
  },
);

it.each([
  ['550, pipelined', 550, false, 'SmtpPermanent'],
  ['550, one command at a time', 550, true, 'SmtpPermanent'],
  ['450, pipelined', 450, false, 'SmtpTransient'],
  ['450, one command at a time', 450, true, 'SmtpTransient'],
])('sends to neither of two when one is refused with %s', async (_case, code, hidePIPELINING, type) => {
  const received: string[] = [];
  const { url, server } = await smtpServer({
    hidePIPELINING,
    onRcptTo: ({ address }, _session, done) =>
      done(address === 'bob@example.com' ? reply(code, 'not bob') : null),
    onData: (stream, _session, done) => {
      stream.on('data', (chunk: Buffer) => received.push(String(chunk)));
      stream.on('end', () => done(null, 'taken'));
      stream.on('end', () => received.push('the final dot'));
    },
  });
  const found = await failure(url, both);
  expect(found.type).toBe(type);
  expect(found.message).toContain(
    `refused 1 of 2 recipients, so the message was sent to none of them: bob@example.com (${code} not bob)`,
  );
  await vi.waitFor(() => expect(server.connections.size).toBe(0));
  expect(received).toEqual([]);
});

it('calls the outcome unknown when the server hangs up after the message and before its answer', async () => {
  const { url, server } = await smtpServer({
    onData: (stream) => {
      stream.resume().on('end', () => server.connections.forEach((connection) => connection.close()));
    },
  });
  const found = await failure(url, hello);
  expect(found).toMatchObject({ type: 'SmtpOutcomeUnknown', nonRetryable: false });
  expect(found.message).toContain(
    `may have been accepted or not. Another attempt carries the same Message-ID ${MESSAGE_ID}`,
  );
});

it('calls the outcome unknown when it is stopped while waiting for the answer, and lets go', async () => {
  const stop = new AbortController();
  const { url, server } = await smtpServer({
    onData: (stream) => stream.resume().on('end', () => stop.abort(new Error('WORKER_SHUTDOWN'))),
  });
  const found = await failure(url, hello, { signal: stop.signal });
  expect(found).toMatchObject({
    type: 'SmtpOutcomeUnknown',
    nonRetryable: false,
    cause: { message: 'WORKER_SHUTDOWN' },
  });
  await vi.waitFor(() => expect(server.connections.size).toBe(0), { timeout: 5_000 });
});

it('has on record that the outcome is unknown when the attempt times out waiting for the answer', async () => {
  const { url } = await smtpServer({ onData: (stream) => void stream.resume() });
  const found = await failure(url, hello, { timeoutMs: 1_000 });
  expect(found).toMatchObject({ type: 'AttemptTimedOut', cause: { type: 'SmtpOutcomeUnknown' } });
});

it('ends at once when cancelled before the message was handed over, and nothing is sent', async () => {
  const cancel = new AbortController();
  const onData = vi.fn();
  const { url, server } = await smtpServer({ onRcptTo: () => cancel.abort(new Error('CANCELLED')), onData });
  const before = performance.now();
  expect(await failure(url, hello, { signal: cancel.signal })).toMatchObject({ message: 'CANCELLED' });
  expect(performance.now() - before).toBeLessThan(5_000);
  await vi.waitFor(() => expect(server.connections.size).toBe(0), { timeout: 5_000 });
  expect(onData).not.toHaveBeenCalled();
});

it('does not even connect when it is cancelled already', async () => {
  const onConnect = vi.fn();
  const { url } = await smtpServer({ onConnect });
  const signal = AbortSignal.abort(new Error('CANCELLED'));
  expect(await failure(url, hello, { signal })).toMatchObject({ message: 'CANCELLED' });
  expect(onConnect).not.toHaveBeenCalled();
});

it('retries when nothing listens, and says what was tried', async () => {
  const port = await freePort();
  const found = await failure(`smtp://user:s3cret@127.0.0.1:${port}`, hello);
  expect(found).toMatchObject({ type: 'SmtpConnection', nonRetryable: false });
  expect(found.message).toContain(`No SMTP session with 127.0.0.1:${port}: `);
  expect(found.message).toContain('ECONNREFUSED');
  expect(JSON.stringify(found)).not.toContain('s3cret');
});

it('retries when the server hangs up before its greeting', async () => {
  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const { port } = server.address() as { port: number };
    expect(await failure(`smtp://127.0.0.1:${port}`, hello)).toMatchObject({ type: 'SmtpConnection' });
  } finally {
    server.close();
  }
});

it('logs in with the user and password of SMTP_URL', async () => {
  const seen: unknown[] = [];
  const { url } = await smtpServer({
    authOptional: false,
    onAuth: ({ username, password }, _session, done) => {
      seen.push([username, password]);
      done(null, { user: username });
    },
  });
  await attempt(url.replace('//', '//us%40er:p%3Ass%2F@'), hello);
  expect(seen).toEqual([['us@er', 'p:ss/']]);
});

it.each([
  [535, 'SmtpAuth', true],
  [454, 'SmtpTransient', false],
])(
  'reports a login answered with %i without the password, also when the server repeats it',
  async (code, type, nonRetryable) => {
    const secret = 's3cret:/+';
    const encoded = Buffer.from(`\0user\0${secret}`).toString('base64');
    const { url } = await smtpServer({
      onAuth: (_auth, _session, done) => done(reply(code, `bad login ${secret} (${encoded})`)),
    });
    const found = await failure(url.replace('//', `//user:${encodeURIComponent(secret)}@`), hello);
    expect(found).toMatchObject({ type, nonRetryable });
    expect(found.message).toContain(`${code} bad login [redacted] ([redacted])`);
    const record = JSON.stringify(found);
    for (const form of [secret, encoded, encodeURIComponent(secret)]) expect(record).not.toContain(form);
  },
);

it('gives up when SMTP_URL has a user and no password', async () => {
  const { url } = await smtpServer({});
  expect(await failure(url.replace('//', '//user@'), hello)).toMatchObject({
    type: 'SmtpAuth',
    nonRetryable: true,
    message: expect.stringContaining('Check SMTP_URL') as string,
  });
});
