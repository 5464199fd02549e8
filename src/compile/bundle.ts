import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BundleOptions } from '@temporalio/worker';
import type { BundleLog } from './bundle-log.ts';
import { SDK } from './sdk.ts';

type Config = Parameters<NonNullable<BundleOptions['webpackConfigHook']>>[0];
type Plugin = Extract<NonNullable<Config['plugins']>[number], (compiler: never) => void>;
type Compiler = Parameters<Plugin>[0];

export interface BundleInput {
  entry: string;
  /** What the bundler reads instead of the files, by path. */
  sources: ReadonlyMap<string, string>;
  sandboxDir: string;
}

/** The entry stands in for this file: beside it `@temporalio/workflow` is found, wherever the project keeps packages. */
const ENTRY = realpathSync(fileURLToPath(import.meta.url));

/** Throws what the bundler throws; what it found wrong is in `log` either way. */
export async function bundle({ entry, sources, sandboxDir }: BundleInput, log: BundleLog): Promise<string> {
  // Not needed where the build is there already, and slow to load.
  const { bundleWorkflowCode } = await import('@temporalio/worker');
  const read = new Map([...sources, [ENTRY, entry]]);
  const { code } = await bundleWorkflowCode({
    workflowsPath: ENTRY,
    logger: SILENT,
    webpackConfigHook: (config) => configure(config, read, sandboxDir, log),
  });
  return code;
}

const silent = (): void => undefined;
const SILENT = { log: silent, trace: silent, debug: silent, info: silent, warn: silent, error: silent };

function configure(
  config: Config,
  sources: ReadonlyMap<string, string>,
  sandboxDir: string,
  log: BundleLog,
): Config {
  const alias = config.resolve?.alias as Record<string, string | false>;
  log.forbidden = Object.keys(alias).filter(
    (name) => alias[name] === false && !name.startsWith('__temporal'),
  );
  return {
    ...config,
    entry: [join(sandboxDir, 'prologue.js'), ...[config.entry as string | string[]].flat()],
    resolve: { ...config.resolve, alias: { ...alias, [`${SDK}$`]: join(sandboxDir, 'sdk.js') } },
    module: { ...config.module, rules: config.module?.rules?.map(forEveryTypeScript) ?? [] },
    // Temporal's own watch for forbidden modules names them, but not who imports them.
    externals: log.watch,
    plugins: [...(config.plugins ?? []), (compiler: Compiler) => plugIn(compiler, sources, log)],
  };
}

/** `.mts` too. */
function forEveryTypeScript<Rule>(rule: Rule): Rule {
  const isTypeScript =
    typeof rule === 'object' && rule !== null && 'test' in rule && String(rule.test) === '/\\.ts$/';
  return isTypeScript ? { ...rule, test: /\.[cm]?ts$/ } : rule;
}

function plugIn(compiler: Compiler, sources: ReadonlyMap<string, string>, log: BundleLog): void {
  const { NormalModule, NormalModuleReplacementPlugin } = compiler.webpack;
  new NormalModuleReplacementPlugin(/^node:(assert|url|util)$/, (resource: { request: string }) => {
    resource.request = resource.request.slice('node:'.length);
  }).apply(compiler);
  compiler.hooks.compilation.tap('do-sdk', (compilation) => {
    const { readResource } = NormalModule.getCompilationHooks(compilation);
    // With `undefined` the bundler goes on to read the file.
    const read = ({ resourcePath }: { resourcePath: string }) => sources.get(resourcePath) as string;
    readResource.for(undefined).tap({ name: 'do-sdk', stage: -1 }, read);
  });
  compiler.hooks.done.tap('do-sdk', ({ compilation }) => log.read(compilation as never));
}
