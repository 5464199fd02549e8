import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Action } from '../../src/core/action.ts';
import type { AnyAction } from '../../src/core/definition.ts';
import type { ActionEntry, CatalogueEntry } from '../../src/core/catalogue.ts';
import { resolvePolicy } from '../../src/core/policy.ts';
import { ProjectCatalogue, toEntry } from '../../src/runtime/catalogue.ts';
import { manifestReader, writeManifest } from '../../src/runtime/manifest.ts';
import { tempDir } from './temp-dir.ts';

const entryOf = (name: string, fields: Partial<ActionEntry> = {}): ActionEntry => ({
  kind: 'action',
  name,
  version: '1',
  policy: resolvePolicy(),
  inputSchema: null,
  outputSchema: null,
  level: 'none',
  ...fields,
});

const namesOf = (entries: CatalogueEntry[]) => entries.map(({ name }) => name);

describe('the manifest', () => {
  test('gives back what was written but for the schema objects, which are code', () => {
    const dataDir = join(tempDir(), 'new');
    const entry = entryOf('manifest.a', { description: 'd', inputSchema: { type: 'string' } });
    writeManifest(dataDir, [{ ...entry, input: z.string() }, entryOf('manifest.b')]);
    expect(manifestReader(dataDir)()).toEqual([entry, entryOf('manifest.b')]);
    expect(readdirSync(dataDir)).toEqual(['manifest.json']);
  });

  test('of a project that no worker has served yet is empty', () => {
    expect(manifestReader(join(tempDir(), 'nowhere'))()).toEqual([]);
  });

  test('is read again after each change, however fast they follow, and only then', () => {
    const dataDir = tempDir();
    const read = manifestReader(dataDir);
    expect(read()).toEqual([]);
    for (let change = 0; change < 50; change++) {
      writeManifest(dataDir, [entryOf(`manifest.change-${change % 10}`)]);
      expect(namesOf(read())).toEqual([`manifest.change-${change % 10}`]);
      expect(read()).toBe(read());
    }
  });

  test('that was deleted is empty again', () => {
    const dataDir = tempDir();
    const read = manifestReader(dataDir);
    writeManifest(dataDir, [entryOf('manifest.gone')]);
    expect(read()).toHaveLength(1);
    rmSync(join(dataDir, 'manifest.json'));
    expect(read()).toEqual([]);
  });

  test('can be read by people', () => {
    const dataDir = tempDir();
    writeManifest(dataDir, [entryOf('manifest.a')]);
    expect(readFileSync(join(dataDir, 'manifest.json'), 'utf8')).toContain('\n      "name": "manifest.a",\n');
  });
});

describe('the catalogue', () => {
  const imported = new Action({
    name: 'manifest.imported',
    version: '2',
    input: z.object({ id: z.string() }),
    output: z.string().transform((text) => text.length),
    handler: () => 'a',
  }) as unknown as AnyAction;

  test('describes an imported action without its handler', () => {
    expect(toEntry(imported)).toMatchObject({
      name: 'manifest.imported',
      version: '2',
      level: 'none',
      inputSchema: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] },
    });
    expect(toEntry(imported)).not.toHaveProperty('handler');
  });

  test('has no JSON Schema where the library cannot tell one', () => {
    expect(toEntry(imported).outputSchema).toBeNull();
    const handwritten = {
      '~standard': { version: 1, vendor: 'x', validate: (value: unknown) => ({ value }) },
    } as const;
    const action = new Action({ name: 'manifest.handwritten', input: handwritten, handler: () => 1 });
    expect(toEntry(action as unknown as AnyAction).inputSchema).toBeNull();
  });

  test('prefers what the process has imported to what the manifest lists', () => {
    const listed = [entryOf('manifest.imported', { version: '1' }), entryOf('manifest.listed')];
    const catalogue = new ProjectCatalogue(() => listed);
    expect(catalogue.get('manifest.imported')).toBe(toEntry(imported));
    expect(catalogue.get('manifest.listed')).toBe(listed[1]);
    expect(catalogue.get('manifest.unknown')).toBeUndefined();
    expect(catalogue.get('toString')).toBeUndefined();
  });

  test('lists each name once, in order', () => {
    const catalogue = new ProjectCatalogue(() => [entryOf('manifest.zebra'), entryOf('manifest.imported')]);
    const names = namesOf(catalogue.list());
    expect(names).toEqual([...names].sort());
    expect(names.filter((name) => name === 'manifest.imported')).toHaveLength(1);
    expect(names).toContain('manifest.zebra');
  });
});
