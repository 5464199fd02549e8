import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const fileIn = (dataDir: string): string => join(dataDir, 'api.json');

interface Announced {
  url: string;
  pid: number;
}

/** Tells other processes of the project where the API listens; the returned function takes it back. */
export function announceApi(dataDir: string, url: string): () => void {
  const announced: Announced = { url, pid: process.pid };
  // In production nobody else may have made the folder yet.
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(fileIn(dataDir), JSON.stringify(announced));
  return () => {
    if (read(dataDir)?.pid === process.pid) rmSync(fileIn(dataDir), { force: true });
  };
}

/** The announced address, if the process that announced it lives. */
export function announcedApi(dataDir: string): string | undefined {
  const announced = read(dataDir);
  return announced && isAlive(announced.pid) ? announced.url : undefined;
}

function read(dataDir: string): Announced | undefined {
  try {
    return JSON.parse(readFileSync(fileIn(dataDir), 'utf8')) as Announced;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
