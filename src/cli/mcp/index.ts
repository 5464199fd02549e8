import { serveMcpStdio } from '../../mcp/stdio.ts';
import { apiOptions } from '../door.ts';
import { readDuration } from '../duration-option.ts';
import { messageOf } from '../exit.ts';
import { ownVersion } from '../../runtime/own-version.ts';
import type { ToolDoor } from './door.ts';
import { takeStdout } from './own-stdout.ts';

export interface McpOptions {
  url?: string;
  wait?: string;
}

const WAIT_MS = 30_000;

/** Serves until standard input ends. */
export async function mcp({ url, wait }: McpOptions): Promise<void> {
  const waitMs = readDuration(wait, '--wait') ?? WAIT_MS;
  const stdout = takeStdout();
  const door = await openDoor(url);
  const session = {
    ...door,
    // Who asks is whoever started this process; over HTTP the API checks what the key may.
    allows: () => true,
    waitMs,
    version: ownVersion(),
    onError: (error: unknown) => void process.stderr.write(`${messageOf(error)}\n`),
  };
  try {
    await serveMcpStdio(session, { stdin: process.stdin, stdout });
  } finally {
    await door.close();
  }
}

async function openDoor(url: string | undefined): Promise<ToolDoor> {
  if (url === undefined && !apiOptions()) return (await import('./local-door.ts')).localDoor();
  const { remoteDoor } = await import('./remote-door.ts');
  return remoteDoor(() => (url === undefined ? (apiOptions() ?? {}) : { baseUrl: url }));
}
