import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { startMailCatcher } from '../../../src/embedded/mail/index.ts';
import { keptBy, send, sendUntilAccepted, startCatcher, temporaryFolder } from './catcher.ts';
import { dial } from './dial.ts';

const CATCHER_PROCESS = fileURLToPath(new URL('./fixtures/catcher-process.ts', import.meta.url));

it('keeps a mail and lists it with its envelope, bcc included', async () => {
  const catcher = await startCatcher();
  const reply = await send(catcher, {
    to: 'Ada <ada@example.com>',
    bcc: 'eve@example.com',
    subject: 'Grüße',
    text: 'Hello',
    html: '<b>Hello</b>',
    messageId: '<1@example.com>',
  });
  expect(reply).toMatch(/^250 /);
  expect(await keptBy(catcher)).toEqual([
    {
      id: expect.stringMatching(/^\d{8}T\d{9}Z-[0-9a-f]{12}$/) as string,
      receivedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
      messageId: '<1@example.com>',
      from: 'me@example.com',
      to: ['ada@example.com', 'eve@example.com'],
      subject: 'Grüße',
      text: expect.stringMatching(/^Hello\n?$/) as string,
      html: expect.stringContaining('<b>Hello</b>') as string,
    },
  ]);
});

it('lists the newest first and finds those to one address, whatever its case', async () => {
  const catcher = await startCatcher();
  for (const [to, subject] of [
    ['ada@example.com', 'first'],
    ['bob@example.com', 'second'],
    ['Ada@example.com', 'third'],
  ])
    await send(catcher, { to, subject, text: '.' });
  const subjects = async (query?: string) => (await keptBy(catcher, query)).map(({ subject }) => subject);
  expect(await subjects()).toEqual(['third', 'second', 'first']);
  expect(await subjects('?to=ADA@example.com')).toEqual(['third', 'first']);
  expect(await subjects('?to=nobody@example.com')).toEqual([]);
});

it('gives the raw message back byte for byte, and 404 for any other id', async () => {
  const catcher = await startCatcher();
  const raw = 'Subject: raw\r\nMessage-ID: <raw@x>\r\n\r\n.dots and \ttabs\r\n..\r\nend\r\n';
  await send(catcher, { envelope: { from: 'me@example.com', to: 'ada@example.com' }, raw });
  const [message] = await keptBy(catcher);
  const response = await fetch(`${catcher.inboxUrl}/messages/${message!.id}.eml`);
  expect(await response.text()).toBe(raw);
  for (const id of ['nothing', '..%2f..%2fetc%2fpasswd', '%00', `../${message!.id}`])
    expect((await fetch(`${catcher.inboxUrl}/messages/${id}.eml`)).status).toBe(404);
});

it('refuses a mail to fail-2 exactly twice, per message and also with many under way', async () => {
  const catcher = await startCatcher();
  const tries = ['a', 'b', 'c', 'd'].map((name) =>
    sendUntilAccepted(catcher, { to: 'fail-2@example.com', text: name, messageId: `<${name}@example.com>` }),
  );
  expect(await Promise.all(tries)).toEqual(Array(4).fill([451, 451, 250]));
  expect(await keptBy(catcher)).toHaveLength(4);
});

it('forgets a message once it is accepted, so that its next sending fails again', async () => {
  const catcher = await startCatcher();
  const message = { to: 'fail-1@example.com', text: '.', messageId: '<again@example.com>' };
  expect(await sendUntilAccepted(catcher, message)).toEqual([451, 250]);
  expect(await sendUntilAccepted(catcher, message)).toEqual([451, 250]);
});

it('fails as often as the most demanding of several recipients asks for', async () => {
  const catcher = await startCatcher();
  const message = { to: ['fail-1@example.com', 'fail-3@example.com', 'ada@example.com'], text: '.' };
  expect(await sendUntilAccepted(catcher, { ...message, messageId: '<m@x>' })).toEqual([451, 451, 451, 250]);
});

it.each(['fail-0@example.com', 'fail-100@example.com', 'fail-x@example.com', 'not-fail-2@example.com'])(
  'accepts a mail to %s at once',
  async (to) => {
    expect(await sendUntilAccepted(await startCatcher(), { to, text: '.' })).toEqual([250]);
  },
);

it('refuses the recipient reject@ with 550', async () => {
  await expect(send(await startCatcher(), { to: 'reject@example.com', text: '.' })).rejects.toMatchObject({
    responseCode: 550,
  });
});

it('accepts a mail to many recipients over one connection', async () => {
  const catcher = await startCatcher();
  const to = Array.from({ length: 60 }, (_, n) => `user${n}@example.com`);
  await send(catcher, { to, text: '.' });
  expect((await keptBy(catcher))[0]!.to).toEqual(to);
});

it('has what it accepted after a restart, and nothing a crash left half-written', async () => {
  const dir = await temporaryFolder();
  const first = await startMailCatcher({ dir });
  await send(first, { to: 'ada@example.com', subject: 'kept', text: '.' });
  await first.close();
  await writeFile(join(dir, '20260101T000000000Z-000000000000.eml.part'), 'Subject: half');
  const second = await startCatcher(dir);
  expect((await keptBy(second)).map(({ subject }) => subject)).toEqual(['kept']);
  expect((await readdir(dir)).filter((name) => name.endsWith('.part'))).toEqual([]);
});

it('loses no mail that it has accepted when it is killed', async () => {
  const dir = await temporaryFolder();
  const child = spawn(process.execPath, ['--import', 'tsx', CATCHER_PROCESS, dir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const smtpUrl = String((await once(child.stdout, 'data'))[0]);
  const accepted: string[] = [];
  await Promise.allSettled(
    Array.from({ length: 30 }, async (_, n) => {
      await send({ smtpUrl }, { to: 'ada@example.com', text: 'x'.repeat(20_000), messageId: `<${n}@x>` });
      accepted.push(`<${n}@x>`);
      if (accepted.length === 10) child.kill('SIGKILL');
    }),
  );
  const kept = (await keptBy(await startCatcher(dir))).map(({ messageId }) => messageId);
  expect(accepted.length).toBeGreaterThanOrEqual(10);
  expect(kept).toEqual(expect.arrayContaining(accepted));
});

it('keeps the newest 1,000', async () => {
  const dir = await temporaryFolder();
  const old = Array.from(
    { length: 1_000 },
    (_, n) => `20200101T000000${String(n).padStart(3, '0')}Z-000000000000`,
  );
  await Promise.all(
    old.flatMap((id) => [
      writeFile(join(dir, `${id}.eml`), 'Subject: old\r\n\r\n'),
      writeFile(join(dir, `${id}.json`), JSON.stringify({ id, to: [] })),
    ]),
  );
  const catcher = await startCatcher(dir);
  await send(catcher, { to: 'ada@example.com', subject: 'new', text: '.' });
  const kept = await keptBy(catcher);
  expect(kept).toHaveLength(1_000);
  expect(kept[0]!.subject).toBe('new');
  expect(kept.at(-1)!.id).toBe(old[1]);
  expect((await readdir(dir)).filter((name) => name.startsWith(old[0]!))).toEqual([]);
});

it('refuses a message over 10 MiB, announced or not, and stays usable', async () => {
  const catcher = await startCatcher();
  const text = `${'x'.repeat(998)}\r\n`.repeat(11_000);
  await expect(send(catcher, { to: 'ada@example.com', text })).rejects.toMatchObject({
    responseCode: 552,
  });
  const session = await dial(catcher.smtpPort);
  expect(await session.say('EHLO x')).toContain('SIZE 10485760');
  expect(await session.say('MAIL FROM:<a@x> SIZE=99999999')).toMatch(/^552 /);
  await send(catcher, { to: 'ada@example.com', subject: 'small', text: '.' });
  expect((await keptBy(catcher)).map(({ subject }) => subject)).toEqual(['small']);
});

it('keeps nothing of a mail whose sender goes away before its end', async () => {
  const catcher = await startCatcher();
  const session = await dial(catcher.smtpPort);
  for (const command of ['EHLO x', 'MAIL FROM:<a@x>', 'RCPT TO:<b@x>', 'DATA']) await session.say(command);
  await session.end('Subject: cut\r\n\r\nhalf a');
  await send(catcher, { to: 'ada@example.com', subject: 'whole', text: '.' });
  expect((await keptBy(catcher)).map(({ subject }) => subject)).toEqual(['whole']);
});

it('shows mail as text: whatever it contains is escaped, and no script may run', async () => {
  const catcher = await startCatcher();
  const evil = `<script>alert(1)</script>"'&`;
  await send(catcher, { to: 'ada@example.com', subject: evil, text: evil, html: evil });
  const response = await fetch(catcher.inboxUrl);
  const page = await response.text();
  expect(page).not.toContain('<script');
  expect(page.split('&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;')).toHaveLength(4);
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
  const raw = await fetch(`${catcher.inboxUrl}/messages/${(await keptBy(catcher))[0]!.id}.eml`);
  expect(raw.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  expect(raw.headers.get('x-content-type-options')).toBe('nosniff');
});

it.each([
  ['127.0.0.1:1', 200],
  ['LOCALHOST', 200],
  ['[::1]:8025', 200],
  ['evil.example', 403],
  ['localhost.evil.example', 403],
  ['127.0.0.1.evil.example:80', 403],
])('answers a request for the host %s with %i', async (host, status) => {
  const { httpPort } = await startCatcher();
  expect(await statusOf({ port: httpPort, path: '/messages.json', headers: { host } })).toBe(status);
});

it('answers other methods with 405 and other paths with 404', async () => {
  const { httpPort } = await startCatcher();
  expect(await statusOf({ port: httpPort, method: 'DELETE' })).toBe(405);
  expect(await statusOf({ port: httpPort, path: '//' })).toBe(404);
});

it('says which port is taken, and leaves none open', async () => {
  const first = await startCatcher();
  const second = startMailCatcher({ dir: await temporaryFolder(), httpPort: first.smtpPort });
  await expect(second).rejects.toThrow(`cannot listen for HTTP on 127.0.0.1:${first.smtpPort}`);
});

it('closes at once although a client holds a connection', async () => {
  const catcher = await startMailCatcher({ dir: await temporaryFolder() });
  await dial(catcher.smtpPort);
  const before = performance.now();
  await catcher.close();
  expect(performance.now() - before).toBeLessThan(3_000);
  await expect(fetch(catcher.inboxUrl)).rejects.toThrow();
});

function statusOf(options: { port: number; path?: string; method?: string; headers?: { host: string } }) {
  return new Promise<number | undefined>((resolve, reject) => {
    request({ host: '127.0.0.1', ...options }, (response) => resolve(response.resume().statusCode))
      .on('error', reject)
      .end();
  });
}
