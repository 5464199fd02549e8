import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from './support.ts';

interface Service {
  image: string;
  restart: string;
  depends_on?: Record<string, { condition: string }>;
  environment?: Record<string, string | number>;
  command?: string[];
  ports?: string[];
  volumes?: string[];
  configs?: { source: string }[];
  healthcheck?: { test: string[]; interval: string; timeout: string; retries: number };
}

interface Compose {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
  configs: Record<string, { content: string }>;
}

// The parser that the tools of `npm run check` bring with them.
const { parse } = createRequire(import.meta.url)('yaml') as { parse: (text: string) => unknown };
const text = readFileSync(join(ROOT, 'docker-compose.temporal.yml'), 'utf8');
const compose = parse(text) as Compose;
const services = Object.entries(compose.services);
const lasting = services.filter(([, { restart }]) => restart === 'unless-stopped');
const oneShot = services.filter(([, { restart }]) => restart.startsWith('on-failure'));

test('the compose file runs Postgres, Temporal and its UI, and prepares schema and namespace once', () => {
  expect(lasting.map(([name]) => name)).toEqual(['postgres', 'temporal', 'ui']);
  expect(oneShot.map(([name]) => name)).toEqual(['schema', 'namespace']);
});

describe.each(services)('the service %s', (name, service) => {
  test(`${name} has an image pinned to a version`, () => {
    expect(service.image).toMatch(/^(temporalio\/(server|admin-tools|ui):\d+\.\d+\.\d+|postgres:\d+\.\d+)$/);
  });

  test(`${name} is reachable from this machine only`, () => {
    for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  test(`${name} waits for what tells when it is ready`, () => {
    for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
      const isOneShot = oneShot.some(([known]) => known === other);
      expect(condition).toBe(isOneShot ? 'service_completed_successfully' : 'service_healthy');
      expect(isOneShot || compose.services[other]?.healthcheck).toBeTruthy();
    }
  });

  test(`${name} names volumes and configs that exist`, () => {
    for (const volume of service.volumes ?? []) expect(compose.volumes).toHaveProperty(volume.split(':')[0]!);
    for (const { source } of service.configs ?? []) expect(compose.configs[source]?.content).toBeTruthy();
  });

  test(`${name} runs a script that a shell can read`, () => {
    const script = service.command?.join('\n').replaceAll('$$', '$') ?? 'true';
    expect(() => execFileSync('sh', ['-n', '-c', script])).not.toThrow();
  });
});

test.each(lasting)('%s tells its health', (_name, { healthcheck }) => {
  const { test: command, interval, timeout, retries } = healthcheck!;
  expect(command.length).toBeGreaterThan(1);
  expect(command[0]).toMatch(/^CMD(-SHELL)?$/);
  for (const duration of [interval, timeout]) expect(duration).toMatch(/^\d+s$/);
  expect(retries).toBeGreaterThan(0);
});

test('the data outlives the containers, and the tools are of the version of the server', () => {
  expect(compose.services['postgres']!.volumes).toEqual(['postgres:/var/lib/postgresql/data']);
  const version = (service: string) => compose.services[service]!.image.split(':')[1];
  expect([version('schema'), version('namespace')]).toEqual([version('temporal'), version('temporal')]);
});

test('closed invocations and their keys are kept for 90 days, as on the embedded server', () => {
  const { environment, command } = compose.services['namespace']!;
  expect(environment!['RETENTION']).toBe('${TEMPORAL_RETENTION:-90d}');
  expect(command!.join()).toContain('namespace update --namespace default --retention "$$RETENTION"');
});

test('what is in a config of the server is YAML', () => {
  for (const { content } of Object.values(compose.configs)) expect(parse(content)).toBeTypeOf('object');
});

test('the README tells how to use the file with the addresses that it opens', () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  expect(readme).toContain('docker compose -f docker-compose.temporal.yml up');
  for (const [, { ports = [] }] of services) {
    for (const port of ports) expect(readme).toContain(port.split(':').slice(0, 2).join(':'));
  }
});
