import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench, Figure } from './measure.ts';
import { atMost, median, shown, throughput } from './measure.ts';
import { Mixture } from './mixture.ts';
import { serve } from './served.ts';

const MINUTES = 5;
const KIB = 1024;
/** Wrong keys are refused by looking at each, as those of a thousand addresses would be. */
const env = { DO_RATE_LIMIT: 'off', DO_RATE_LIMIT_FAILED: 'off' };

interface Sample {
  minute: number;
  residentMiB: number;
  descriptors: number;
}

/** The API's process under a mixed load of half of what it can sustain: what it holds must not grow with what it has served. */
export async function apiMemory({ dataDir, address }: Bench): Promise<Figure[]> {
  const api = await serve(mkdtempSync(join(dataDir, 'api-memory-')), address, { env });
  const mixture = new Mixture(api);
  await throughput({ name: 'warm', invoke: (n) => mixture.ask(n) }, 200, 20);
  const rate = (await throughput({ name: 'closed loop', invoke: (n) => mixture.ask(n) }, 1_000, 20)) / 2;
  mixture.countAnew();
  const samples = await underLoad(api.pid, rate, (n) => mixture.ask(n));
  await api.close();
  const during = (minute: number) => samples.filter((sample) => sample.minute === minute);
  const [early, late] = [during(1), during(MINUTES - 1)];
  const resident = (of: Sample[]) => median(of.map(({ residentMiB }) => residentMiB));
  const descriptors = (of: Sample[]) => median(of.map((sample) => sample.descriptors));
  return [
    shown('asked for', rate, '/s'),
    ...[...mixture.answers].sort().map(([what, count]) => shown(`  ${what}`, count, '')),
    atMost('answered otherwise than it should be', mixture.surprises, 0),
    ...samples
      .filter((_, n) => n % 30 === 29)
      .map(({ minute, residentMiB }) => shown(`  resident in minute ${minute + 1}`, residentMiB, ' MiB')),
    shown('open descriptors in the second minute', descriptors(early), ''),
    shown('open descriptors in the last minute', descriptors(late), ''),
    atMost('resident: last minute / second minute', resident(late) / resident(early), 1.1),
  ];
}

/** Asks at that rate, whether or not the answers come, and looks at the process each second. */
async function underLoad(
  pid: number,
  perSecond: number,
  ask: (n: number) => Promise<void>,
): Promise<Sample[]> {
  const samples: Sample[] = [];
  const begun = performance.now();
  const asked: Promise<void>[] = [];
  for (let seconds = 0; seconds < MINUTES * 60; seconds = (performance.now() - begun) / 1000) {
    while (asked.length < seconds * perSecond) asked.push(ask(asked.length));
    if (samples.length < Math.floor(seconds))
      samples.push({ minute: Math.floor(seconds / 60), ...look(pid) });
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await Promise.all(asked);
  return samples;
}

function look(pid: number): Omit<Sample, 'minute'> {
  const kib = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]);
  return { residentMiB: kib / KIB, descriptors: readdirSync(`/proc/${pid}/fd`).length };
}
