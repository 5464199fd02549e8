import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';
import ts from 'typescript';
import { expect, onTestFinished, test } from 'vitest';
import { ENTRIES, KEY, serve } from './support.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const PROGRAM = `
import createClient from 'openapi-fetch';
import type { paths } from './api.ts';

export async function invoke(baseUrl: string, key: string): Promise<unknown[]> {
  const api = createClient<paths>({ baseUrl, headers: { Authorization: \`Bearer \${key}\` } });
  const { data, error, response } = await api.POST('/v1/actions/mail.send/invoke', {
    params: { header: { 'Idempotency-Key': 'k1', Prefer: 'respond-async' } },
    body: { to: 'ada@example.com' },
  });
  const sent: string | undefined = data?.output?.messageId;
  const code: 'INPUT_INVALID' | string | undefined = error?.code;
  // @ts-expect-error the input has no such field's type
  void (() => api.POST('/v1/actions/mail.send/invoke', { body: { to: 7 } }));
  // @ts-expect-error no such action
  void (() => api.POST('/v1/actions/no.such/invoke', { body: null }));
  const page = await api.GET('/v1/invocations', { params: { query: { limit: 1, status: 'failed' } } });
  const next: string | null | undefined = page.data?.nextCursor;
  return [response.status, data?.id, data?.status, sent, code, next];
}
`;

const schema = (properties: object) => ({ type: 'object', properties, required: Object.keys(properties) });

test(
  'a typed client generated from the document compiles and is answered',
  { timeout: 120_000 },
  async () => {
    const [action] = ENTRIES;
    const text = { type: 'string' };
    const entry = {
      ...action!,
      inputSchema: schema({ to: text }),
      outputSchema: schema({ messageId: text }),
    };
    const api = await serve({ catalogue: { get: () => entry, list: () => [entry] } });
    const document = await api.send({ method: 'GET', path: '/openapi.json' });
    const types = astToString(await openapiTS(document.text));
    // Inside the repository, so that its packages are found.
    const dir = mkdtempSync(join(ROOT, 'node_modules/.client-'));
    onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
    writeFileSync(join(dir, 'api.ts'), types);
    writeFileSync(join(dir, 'client.ts'), PROGRAM);
    expect(problemsOf(join(dir, 'client.ts'))).toEqual([]);
    const { invoke } = (await import(pathToFileURL(join(dir, 'client.ts')).href)) as {
      invoke: (baseUrl: string, key: string) => Promise<unknown[]>;
    };
    expect(await invoke(api.url, KEY)).toEqual([202, 'inv_1', 'running', undefined, undefined, 'next']);
    expect(api.backend.started).toMatchObject([{ name: 'mail.send', idempotencyKey: 'k1', detached: true }]);
  },
);

function problemsOf(file: string): string[] {
  const program = ts.createProgram([file], {
    noEmit: true,
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    allowImportingTsExtensions: true,
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    types: [],
  });
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}
