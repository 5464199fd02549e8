import { afterEach, expect, it, vi } from 'vitest';
import { emailSend } from '../../src/actions/index.ts';
import { keptBy, startCatcher } from '../embedded/mail/catcher.ts';
import { attempt, failure, MESSAGE_ID, TOKEN } from './email/attempt.ts';

afterEach(() => vi.unstubAllEnvs());

const hello = { to: 'new.user@example.com', subject: 'Welcome, Alex!', body: "Hi Alex,\n\nWe're thrilled." };

async function rawOf(catcher: { inboxUrl: string }, id: string): Promise<string> {
  return await (await fetch(`${catcher.inboxUrl}/messages/${id}.eml`)).text();
}

it('sends to, subject and body, and tells what the server answered', async () => {
  const catcher = await startCatcher();
  expect(await attempt(catcher.smtpUrl, hello)).toEqual({
    messageId: MESSAGE_ID,
    accepted: ['new.user@example.com'],
    rejected: [],
    response: '250 2.6.0 kept',
  });
  const [mail] = await keptBy(catcher);
  expect(mail).toMatchObject({
    from: 'no-reply@localhost',
    to: ['new.user@example.com'],
    subject: 'Welcome, Alex!',
    messageId: MESSAGE_ID,
    html: null,
  });
  expect(mail!.text!.trimEnd()).toBe("Hi Alex,\n\nWe're thrilled.");
});

it('sends every optional field, names and all, and keeps bcc out of the headers', async () => {
  const catcher = await startCatcher();
  const sent = await attempt(catcher.smtpUrl, {
    ...hello,
    to: ['Zoë Ω <zoe@example.com>', 'bob@example.com'],
    cc: '"Doe, Jane" <jane@example.com>',
    bcc: ['hidden@example.com', 'bob@example.com'],
    from: 'Shop <shop@example.org>',
    replyTo: 'help@example.org',
    html: '<p>Hi</p>',
  });
  const recipients = ['zoe@example.com', 'bob@example.com', 'jane@example.com', 'hidden@example.com'];
  expect(sent).toMatchObject({ messageId: `<${TOKEN}@example.org>`, accepted: recipients });
  const [mail] = await keptBy(catcher);
  expect(mail).toMatchObject({ from: 'shop@example.org', to: recipients });
  expect(mail!.html).toContain('<p>Hi</p>');
  const raw = await rawOf(catcher, mail!.id);
  expect(raw).toMatch(/^From: Shop <shop@example\.org>\r$/m);
  expect(raw).toMatch(/^To: =\?UTF-8\?[BQ]\?\S+\?= <zoe@example\.com>, bob@example\.com\r$/m);
  expect(raw).toMatch(/^Cc: "Doe, Jane" <jane@example\.com>\r$/m);
  expect(raw).toMatch(/^Reply-To: help@example\.org\r$/m);
  expect(raw).not.toMatch(/bcc|hidden@/i);
});

it('sends from EMAIL_FROM when the input names no sender', async () => {
  const catcher = await startCatcher();
  vi.stubEnv('EMAIL_FROM', 'Shop <shop@example.org>');
  await attempt(catcher.smtpUrl, hello);
  expect((await keptBy(catcher))[0]!.from).toBe('shop@example.org');
  vi.stubEnv('EMAIL_FROM', 'shop');
  expect(await failure(catcher.smtpUrl, hello)).toMatchObject({
    type: 'SmtpNotConfigured',
    nonRetryable: true,
    message: expect.stringContaining('EMAIL_FROM') as string,
  });
});

it('fails twice at fail-2 and is accepted at the third attempt, under one Message-ID', async () => {
  const catcher = await startCatcher();
  const input = { ...hello, to: 'fail-2@example.com' };
  for (const number of [1, 2]) {
    expect(await failure(catcher.smtpUrl, input, { attempt: number })).toMatchObject({
      type: 'SmtpTransient',
      nonRetryable: false,
      message: expect.stringContaining('451 4.3.0') as string,
    });
  }
  const { messageId } = await attempt(catcher.smtpUrl, input, { attempt: 3 });
  expect((await keptBy(catcher)).map((mail) => mail.messageId)).toEqual([messageId]);
});

it('sends to nobody when one recipient of several is refused', async () => {
  const catcher = await startCatcher();
  const input = { ...hello, to: ['ada@example.com', 'reject@example.com', 'bob@example.com'] };
  expect(await failure(catcher.smtpUrl, input)).toMatchObject({
    type: 'SmtpPermanent',
    nonRetryable: true,
    message: expect.stringMatching(
      /refused 1 of 3 recipients, so the message was sent to none of them: reject@example\.com \(550 5\.1\.1 /,
    ) as string,
  });
  await attempt(catcher.smtpUrl, { ...hello, subject: 'after' });
  expect((await keptBy(catcher)).map(({ subject }) => subject)).toEqual(['after']);
});

it.each(['', '   ', undefined])('says what to do when SMTP_URL is %j', async (url) => {
  const { type, nonRetryable, message } = await failure(url as string, hello);
  expect({ type, nonRetryable }).toEqual({ type: 'SmtpNotConfigured', nonRetryable: true });
  expect(message).toContain('Set SMTP_URL');
});

it.each(['http://u:s3cret@mail', 'smtp://', 'smtp://u:s3cret@', 'smtp://u:s3cret@ho st', 'u:s3cret@mail:25'])(
  'refuses the SMTP_URL %s without quoting it',
  async (url) => {
    const found = await failure(url, hello);
    expect(found).toMatchObject({ type: 'SmtpNotConfigured', nonRetryable: true });
    expect(JSON.stringify(found)).not.toContain('s3cret');
  },
);

it('makes five attempts of 30 s, one, two, four and eight seconds apart', () => {
  expect(emailSend.policy).toMatchObject({
    maximumAttempts: 5,
    initialIntervalMs: 1_000,
    backoffCoefficient: 2,
    timeoutMs: 30_000,
  });
});

const many = (count: number) => Array.from({ length: count }, (_, n) => `user${n}@example.com`);

it.each([
  ['no recipient', { to: [] }, 'to'],
  ['an empty address', { to: '' }, 'to'],
  ['a number', { to: 5 }, 'to'],
  ['no domain', { to: 'ada' }, 'to'],
  ['a quoted local part', { to: '"a@evil.example"@ok.com' }, 'to'],
  ['an address in a name', { to: '"a@evil.example" <b@ok.com>' }, 'to'],
  ['two @', { to: 'a@evil.example@ok.com' }, 'to'],
  ['a list by comma', { to: 'a@ok.com,b@evil.example' }, 'to'],
  ['a list by semicolon', { to: 'a@ok.com; b@evil.example' }, 'to'],
  ['two in brackets', { to: 'A <a@ok.com> <b@evil.example>' }, 'to'],
  ['a group', { to: 'friends: a@ok.com;' }, 'to'],
  ['a comment', { to: 'a@ok.com (b@evil.example)' }, 'to'],
  ['a source route', { to: 'a%evil.example@ok.com' }, 'to'],
  ['a bang path', { to: 'evil.example!a@ok.com' }, 'to'],
  ['an SMTP parameter', { to: 'a@ok.com> NOTIFY=NEVER' }, 'to'],
  ['CRLF after the address', { to: 'a@ok.com\r\nBcc: b@evil.example' }, 'to'],
  ['a final line feed', { to: 'a@ok.com\n' }, 'to'],
  ['CR in a name', { to: 'A\rBcc: b <a@ok.com>' }, 'to'],
  ['NUL in an address', { to: 'a\0@ok.com' }, 'to'],
  ['NUL in a name', { from: 'A\0 <a@ok.com>' }, 'from'],
  ['a bad one among good ones', { to: ['a@ok.com', 'b@ok.com\n'] }, 'to.1'],
  ['CRLF in cc', { cc: ['a@ok.com\r\nX: y'] }, 'cc.0'],
  ['CRLF in bcc', { bcc: 'a@ok.com\r\nX: y' }, 'bcc'],
  ['CRLF in replyTo', { replyTo: 'a@ok.com\r\nX: y' }, 'replyTo'],
  ['several in replyTo', { replyTo: ['a@ok.com'] }, 'replyTo'],
  ['CRLF in the subject', { subject: 'Hi\r\nBcc: b@evil.example' }, 'subject'],
  ['a lone line feed in the subject', { subject: 'Hi\nX' }, 'subject'],
  ['a line separator in the subject', { subject: 'Hi\u2028X' }, 'subject'],
  ['NUL in the subject', { subject: 'Hi\0' }, 'subject'],
  ['a subject beyond one line', { subject: 'x'.repeat(999) }, 'subject'],
  ['a huge body', { body: 'x'.repeat(500_001) }, 'body'],
  ['a huge html', { html: 'x'.repeat(500_001) }, 'html'],
  ['a very long address', { to: `${'a'.repeat(400)}@ok.com` }, 'to'],
  ['51 recipients', { to: many(51) }, 'to'],
  ['51 recipients in all', { to: many(20), cc: many(20), bcc: many(11) }, 'to'],
  ['an envelope', { envelope: { from: 'x', to: 'b@evil.example', size: 'x\r\nRCPT TO' } }, 'envelope'],
  ['list headers', { list: { help: 'x\r\nBcc: b' } }, 'list'],
  ['attachments', { attachments: [{ path: '/etc/passwd' }] }, 'attachments'],
  ['a raw message', { raw: { path: '/etc/passwd' } }, 'raw'],
  ['a body to fetch', { body: { href: 'http://127.0.0.1/' } }, 'body'],
  ['an html to read', { html: { path: '/etc/passwd' } }, 'html'],
])('refuses %s before anything is sent, and names the field', async (_case, fields, field) => {
  const catcher = await startCatcher();
  const found = await failure(catcher.smtpUrl, { ...hello, ...fields });
  expect(found).toMatchObject({ code: 'INPUT_INVALID', nonRetryable: true });
  expect(found.message).toMatch(new RegExp(`[\`"]${field}[\`"]`));
  expect(await keptBy(catcher)).toEqual([]);
});
