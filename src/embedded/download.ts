/** The official download: the same two requests by which Temporal's SDKs fetch their dev server. */
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { currentPin, installFrom } from './cache.ts';
import { TEMPORAL_VERSION, type Pin } from './checksums.ts';
import { runCommand } from './run-command.ts';
import { verifySha256 } from './verify.ts';

const HOST = 'https://temporal.download';
const ANSWER_WITHIN = 15_000;
const SILENT_FOR = 30_000;

export interface DownloadOptions {
  onProgress: (message: string) => void;
  signal: AbortSignal;
  host?: string;
  dir?: string;
  pin?: Pin;
}

export async function downloadTemporal(options: DownloadOptions): Promise<string> {
  const { pin = currentPin(), host = HOST } = options;
  const query = new URLSearchParams({ arch: pin.arch, platform: pin.platform, format: 'tar.gz' });
  const answer = await get(`${host}/cli/v${TEMPORAL_VERSION}?${query.toString()}`, options.signal);
  const { archiveUrl, fileToExtract } = (await answer.json()) as Record<string, unknown>;
  if (typeof archiveUrl !== 'string' || typeof fileToExtract !== 'string') {
    throw new Error(`${host} answered without archiveUrl and fileToExtract`);
  }
  return installFrom((folder) => fetchArchive(archiveUrl, fileToExtract, folder, { ...options, pin }), {
    ...options,
    pin,
  });
}

async function fetchArchive(
  url: string,
  file: string,
  folder: string,
  { pin, onProgress, signal }: DownloadOptions & { pin: Pin },
): Promise<string> {
  const archive = join(folder, 'temporal.tar.gz');
  await save(await get(url, signal), archive, onProgress, signal);
  // Before it is unpacked: a foreign archive must not get as far as writing files.
  await verifySha256(archive, pin.archive, `the archive from ${url}`);
  await runCommand('tar', ['-xzf', 'temporal.tar.gz', file], { timeout: 120_000, signal, cwd: folder });
  return join(folder, file);
}

async function get(url: string, signal: AbortSignal): Promise<Response> {
  const silence = new AbortController();
  const timer = setTimeout(
    () => silence.abort(new Error(`no answer within ${ANSWER_WITHIN / 1000} s`)),
    ANSWER_WITHIN,
  );
  try {
    const response = await fetch(url, { signal: AbortSignal.any([signal, silence.signal]) });
    if (!response.ok) throw new Error(`HTTP status ${response.status}`);
    return response;
  } catch (error) {
    throw new Error(`${url}: ${reasonOf(error)}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

// fetch itself only says "fetch failed"; the cause says why.
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error
    ? `${message} (${cause.message || (cause as NodeJS.ErrnoException).code})`
    : message;
}

async function save(
  response: Response,
  path: string,
  onProgress: (message: string) => void,
  signal: AbortSignal,
) {
  if (!response.body) throw new Error(`${response.url}: the answer has no content`);
  const stalled = new AbortController();
  const stop = () => stalled.abort(new Error(`${response.url}: nothing came for ${SILENT_FOR / 1000} s`));
  const timer = setTimeout(stop, SILENT_FOR);
  const total = Number(response.headers.get('content-length') ?? 0);
  const meter = progressMeter(total, onProgress);
  const watch = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      timer.refresh();
      meter(chunk.length);
      done(null, chunk);
    },
  });
  try {
    const source = Readable.fromWeb(response.body);
    const until = AbortSignal.any([signal, stalled.signal]);
    await pipeline(source, watch, createWriteStream(path), { signal: until });
  } catch (error) {
    throw stalled.signal.aborted ? stalled.signal.reason : error;
  } finally {
    clearTimeout(timer);
  }
}

function progressMeter(total: number, onProgress: (message: string) => void): (bytes: number) => void {
  let loaded = 0;
  let told = -1;
  return (bytes) => {
    loaded += bytes;
    const step = total > 0 ? Math.floor((loaded / total) * 10) : Math.floor(loaded / 10e6);
    if (step === told) return;
    told = step;
    const mega = (value: number) => `${Math.round(value / 1e6)} MB`;
    const share = total > 0 ? `${step * 10} % of ${mega(total)}` : mega(loaded);
    onProgress(`Downloading the Temporal CLI ${TEMPORAL_VERSION}: ${share}`);
  };
}
