import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LinkMode } from '../fixtures/link.ts';
import type { NetworkOrder, NetworkReport } from '../fixtures/network.ts';
import type { Guard } from './guard.ts';
import { TSX } from './tsx.ts';

const PROGRAM = fileURLToPath(new URL('../fixtures/network.ts', import.meta.url));

export type Links = Record<string, { listen: number; target: number }>;

/** The links between the processes; each can be made to misbehave. */
export class Network {
  readonly #child: ChildProcess;
  readonly names: readonly string[];

  private constructor(child: ChildProcess, links: Links) {
    this.#child = child;
    this.names = Object.keys(links);
  }

  static async open(guard: Guard, root: string, links: Links): Promise<Network> {
    const child = fork(PROGRAM, { execArgv: ['--import', TSX], detached: true, cwd: root });
    guard.watch(child.pid, once(child, 'exit'));
    await once(child, 'spawn');
    // One listener for each link that is being set.
    child.setMaxListeners(0);
    child.send({ order: 'open', links } satisfies NetworkOrder);
    return new Network(child, links);
  }

  /** Resolves with how much this link has held up, lost or cut so far. */
  async set(link: string, mode: LinkMode): Promise<number> {
    const reported = new Promise<number>((resolve) => {
      const listen = (message: NetworkReport) => {
        if (message.link !== link) return;
        this.#child.off('message', listen);
        resolve(message.met);
      };
      this.#child.on('message', listen);
    });
    this.#child.send({ order: 'set', link, mode } satisfies NetworkOrder);
    return await reported;
  }

  async heal(): Promise<void> {
    await Promise.all(this.names.map((name) => this.set(name, 'normal')));
  }

  close(): void {
    if (this.#child.connected) this.#child.disconnect();
  }
}
