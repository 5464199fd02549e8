import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { signIn, useSystem } from './system.ts';

const system = useSystem();

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name });
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const row = (page: Page, title: string) =>
  page
    .getByRole('listitem')
    .filter({ has: page.getByText(title, { exact: true }) })
    .last();
const inTab = (page: Page, code: string) => page.evaluate<unknown>(code);
const invocationOf = (page: Page) => page.url().split('/').at(-1)!;

test('the page is empty without a key, refuses a bad one, and keeps a good one in its tab alone', async () => {
  const page = await system.open('#/catalogue');
  await signIn(page, 'no-key-of-this-system');
  await page.getByRole('alert').getByText('UNAUTHORIZED', { exact: true }).waitFor();
  expect(await inTab(page, 'sessionStorage.length')).toBe(0);
  await signIn(page, system.key);
  await heading(page, 'Catalogue').waitFor();
  await page.getByRole('row', { name: /^mail\.welcome action 2 none/ }).waitFor();
  await page.reload();
  await heading(page, 'Catalogue').waitFor();
  // Where it was asked to go, with nothing but that in the address.
  expect(page.url()).toBe(`${system.url}/console#/catalogue`);
  expect(
    await inTab(page, 'document.cookie + JSON.stringify(localStorage) + JSON.stringify(history.state)'),
  ).toBe('{}null');
  const other = await page.context().newPage();
  await other.goto(page.url());
  await other.getByLabel(/^API key/).waitFor();

  await button(page, 'Sign out').click();
  await page.getByLabel(/^API key/).waitFor();
  expect(await inTab(page, 'sessionStorage.length')).toBe(0);
});

test('what a form is refused stands at its field, and what it starts is watched to its end', async () => {
  const page = await system.openSigned('#/catalogue/action/mail.welcome');
  const to = page.getByLabel('to required');
  await to.fill('nobody');
  await page.getByLabel('failures').fill('2');
  await page.getByLabel('pin').fill('0000');
  await button(page, 'Invoke mail.welcome').click();
  await page.locator('small.error').getByText('Invalid email address').waitFor();
  expect(await to.getAttribute('aria-invalid')).toBe('true');
  await to.fill('ada@example.com');
  await button(page, 'Invoke mail.welcome').click();

  await heading(page, 'mail.welcome running').waitFor();
  expect(await inTab(page, 'document.activeElement.tagName')).toBe('H1');
  await row(page, 'Attempt 1').getByText('Greylisted: 451 try again later').waitFor();
  await row(page, 'Wait for attempt 2').getByText('waiting').waitFor();
  await heading(page, 'mail.welcome completed').waitFor();
  await row(page, 'Attempt 3').getByText('completed').waitFor();
  expect(
    await page
      .getByRole('listitem')
      .getByText(/^Attempt|^Wait/)
      .allTextContents(),
  ).toEqual([...['Attempt 1', 'Wait for attempt 2', 'Attempt 2', 'Wait for attempt 3', 'Attempt 3']]);
  await page.getByLabel('Output', { exact: true }).getByText('"attempt": 3').waitFor();

  const first = invocationOf(page);
  await page.getByRole('link', { name: 'Invoke again' }).click();
  await page.getByRole('note').getByText('[redacted]').waitFor();
  expect(await page.getByLabel('to required').inputValue()).toBe('ada@example.com');
  await page.getByLabel('Enter it as JSON').check();
  await page.getByLabel('Input (JSON)').fill('{ "to": "bob@example.com" }');
  await button(page, 'Invoke mail.welcome').click();
  await page.getByLabel('Output', { exact: true }).getByText('"sentTo": "bob@example.com"').waitFor();
  expect(invocationOf(page)).not.toBe(first);
});

test('an invocation is cancelled once that is confirmed, and the list follows by itself', async () => {
  const { id } = await system.start('/v1/actions/slow.job/invoke', {});
  const list = await system.openSigned('#/invocations?name=slow.job');
  await list.getByRole('row', { name: /^running slow\.job/ }).waitFor();
  await list.getByLabel('Status').selectOption('cancelled');
  await expect.poll(() => list.url()).toContain('status=cancelled');
  await list.getByText('There is nothing that these filters let through.').waitFor();

  const page = await system.openSigned(`#/invocations/${id}`);
  await row(page, 'Attempt 1').getByText('running').waitFor();
  await button(page, 'Cancel…').click();
  await button(page, 'Leave it').click();
  expect(await inTab(page, 'document.activeElement.textContent')).toBe('Cancel…');
  expect((await system.get(id)).status).toBe('running');
  await button(page, 'Cancel…').click();
  await button(page, 'Cancel the invocation').click();
  await page.getByRole('status').getByText('Cancellation of slow.job is asked for.').waitFor();
  await heading(page, 'slow.job cancelled').waitFor();
  await row(page, 'Cancellation').getByText('by dev').waitFor();
  await list.getByRole('row', { name: /^cancelled slow\.job/ }).waitFor();
});

test('a workflow shows its steps, and waits for a decision and a signal that are given here', async () => {
  const { id } = await system.start('/v1/workflows/order.place/invoke', { item: 'lamp' });
  await expect.poll(async () => (await system.get(id)).approvals?.length, { timeout: 20_000 }).toBe(1);
  const page = await system.openSigned('#/approvals');
  await page.getByLabel('What is to be approved: refund').getByText('"cents": 4900').waitFor();
  await page.getByRole('link', { name: 'order.place' }).click();
  await row(page, 'stock.reserve/1').getByText('parallel').waitFor();
  await row(page, 'price.find/1').getByText('Error: The price list is locked', { exact: true }).waitFor();

  await button(page, 'Approve…').click();
  await page.getByLabel(/^Reason/).fill('an old customer');
  await button(page, 'Approve').click();
  await page.getByRole('status').getByText('Approved: refund.').waitFor();
  const decided = row(page, 'Approval refund');
  for (const text of ['approved', 'by dev', 'because: an old customer'])
    await decided.getByText(text).waitFor();

  await button(page, 'Signal…').click();
  await page.getByLabel('Name').fill('address.unknown');
  await button(page, 'Send').click();
  await page.getByRole('dialog').getByText('SIGNAL_NOT_FOUND', { exact: true }).waitFor();
  await page.getByLabel('Name').fill('address.known');
  await page.getByLabel(/^Payload/).fill('{ "to": "1 Main Street" }');
  await button(page, 'Send').click();
  await heading(page, 'order.place completed').waitFor();
  expect((await system.get(id)).output).toMatchObject({ to: '1 Main Street' });
});

test('what an action says is text, whatever it says, and runs nothing', async () => {
  const said = await system.start('/v1/actions/hostile.say/invoke', { fails: false });
  const thrown = await system.start('/v1/actions/hostile.say/invoke', { fails: true });
  const page = await system.openSigned(`#/invocations/${said.id}`);
  const output = page.getByLabel('Output', { exact: true });
  for (const text of [
    '<script>globalThis.ran = 1</script>',
    '\\u001b[31mred',
    'one\\r\\nSet-Cookie',
    '\\u202egnp',
  ])
    await output.getByText(text).waitFor();
  await page.goto(`${system.url}/console#/invocations/${thrown.id}`);
  await heading(page, 'hostile.say failed').waitFor();
  const message = page.getByLabel('Message of the error');
  for (const text of [
    '<img src=x onerror="globalThis.ran = 2">',
    'javascript:globalThis.ran=3',
    '\\u001b[31mred',
  ])
    await message.getByText(text).waitFor();
  for (const summary of await page.locator('summary').all()) await summary.click();
  await page.goto(`${system.url}/console#/invocations?name=hostile.say`);
  await page
    .getByRole('row', { name: /failed hostile\.say .*<script>globalThis\.ran = 1<\/script>: / })
    .waitFor();
  expect(await page.locator('script:not([src]), img, a[href^="javascript"]').count()).toBe(0);
  expect(await inTab(page, 'globalThis.ran')).toBeUndefined();
});

test('the page of the API has the actions of a key once it is entered there', async () => {
  const page = await system.open();
  await page.goto(`${system.url}/docs`);
  await page.getByRole('button', { name: 'Authorize' }).click();
  const dialog = page.locator('.dialog-ux');
  await dialog.getByLabel(/value|bearer/i).fill(system.key);
  await dialog.locator('button.authorize').click();
  await dialog.locator('button.btn-done').click();
  await page.locator('[data-path="/v1/actions/mail.welcome/invoke"]').waitFor();
});
