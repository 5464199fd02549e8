import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findProject } from '../../src/runtime/project.ts';
import { tempDir } from './temp-dir.ts';

describe('the project', () => {
  test('is that of the nearest package.json', () => {
    const root = tempDir({
      'package.json': '{"name":"outer"}',
      'packages/inner/package.json': '{"name":"@scope/inner"}',
      'packages/inner/src/actions/a.ts': '',
    });
    const inner = join(root, 'packages/inner');
    expect(findProject(join(inner, 'src/actions'), {})).toEqual({
      root: inner,
      name: '@scope/inner',
      dataDir: join(inner, '.do'),
    });
    expect(findProject(join(root, 'packages'), {})).toMatchObject({ root, name: 'outer' });
  });

  test('is the working directory where there is no package.json', () => {
    const root = tempDir();
    expect(findProject(root, {})).toEqual({ root, name: 'default', dataDir: join(root, '.do') });
  });

  test('is the same one through a symbolic link, so that its processes share their servers', () => {
    const root = tempDir({ 'real/package.json': '{"name":"linked"}' });
    symlinkSync(join(root, 'real'), join(root, 'link'));
    expect(findProject(join(root, 'link'), {})).toEqual(findProject(join(root, 'real'), {}));
  });

  test.each(['{}', '{"name":""}', '{"name":7}', 'not json', ''])(
    'of package.json %j is named default',
    (text) => {
      expect(findProject(tempDir({ 'package.json': text }), {}).name).toBe('default');
    },
  );

  test('of this process is found without arguments', () => {
    expect(findProject().name).toBe('@do-sdk/core');
  });
});

describe('its data', () => {
  test.each([
    ['data', 'data'],
    ['../data', '../data'],
    ['', '.do'],
  ])('with DO_DATA_DIR=%j is in %s of the project', (configured, folder) => {
    const root = tempDir({ 'a/package.json': '{}', 'a/b/c': '' });
    const project = join(root, 'a');
    expect(findProject(join(project, 'b'), { DO_DATA_DIR: configured }).dataDir).toBe(join(project, folder));
  });

  test('may be anywhere else', () => {
    expect(findProject(tempDir(), { DO_DATA_DIR: '/var/lib/do' }).dataDir).toBe('/var/lib/do');
  });
});
