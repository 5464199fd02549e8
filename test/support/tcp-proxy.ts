import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** What befalls a connection whose client sends a certain text. */
export type Fault =
  /** The text does not arrive, and both ends find the connection closed. */
  | 'cut-before'
  /** The text arrives, its answer does not, and both ends find the connection closed. */
  | 'cut-after'
  /** Neither the text nor anything later arrives, and both ends find the connection open. */
  | 'stall'
  /** The text arrives, and no answer to it or to anything later does. */
  | 'swallow';

/** A network between a client and a server on 127.0.0.1 that fails on demand. */
export class TcpProxy {
  readonly #server: Server;
  readonly #targetPort: number;
  readonly #links = new Set<Link>();
  #delayMs = 0;
  #isSilent = false;
  #trap: { text: string; fault: Fault; sprung: () => void } | undefined;

  static async start(targetPort: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(targetPort);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  private constructor(targetPort: number) {
    this.#targetPort = targetPort;
    this.#server = createServer((client) => this.#join(client));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Resets every connection there is. */
  cut(): void {
    for (const link of this.#links) link.destroy();
  }

  /** Every chunk of both directions takes that much longer. */
  delay(ms: number): void {
    this.#delayMs = ms;
  }

  /** Packets vanish, those of new connections too; nobody is told. */
  blackhole(): void {
    this.#isSilent = true;
  }

  /** New connections are as they should be; those that lost something stay broken. */
  heal(): void {
    this.#isSilent = false;
    this.#delayMs = 0;
    this.#trap = undefined;
  }

  /** Arms one fault for the next connection that sends `text`; resolves when it has struck. */
  async on(text: string, fault: Fault): Promise<void> {
    return new Promise((resolve) => {
      this.#trap = { text, fault, sprung: resolve };
    });
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(client: Socket): void {
    const link = new Link(client, connect(this.#targetPort, '127.0.0.1'));
    this.#links.add(link);
    link.onClose = () => this.#links.delete(link);
    link.client.on('data', (chunk) => this.#pass(() => this.#upwards(link, chunk)));
    link.server.on('data', (chunk) => this.#pass(() => this.#downwards(link, chunk)));
  }

  #pass(act: () => void): void {
    if (this.#delayMs === 0) act();
    else setTimeout(act, this.#delayMs);
  }

  #upwards(link: Link, chunk: Buffer): void {
    if (this.#isSilent) return;
    const trap = this.#trap;
    if (trap && chunk.includes(trap.text)) {
      this.#trap = undefined;
      link.fault = trap.fault;
      if (trap.fault === 'cut-before') link.destroy();
      trap.sprung();
    }
    if (link.fault !== 'stall' && !link.server.destroyed) link.server.write(chunk);
  }

  #downwards(link: Link, chunk: Buffer): void {
    if (link.fault === 'cut-after') link.destroy();
    if (this.#isSilent || link.fault || link.client.destroyed) return;
    link.client.write(chunk);
  }
}

class Link {
  fault: Fault | undefined;
  onClose: () => void = () => undefined;
  readonly client: Socket;
  readonly server: Socket;

  constructor(client: Socket, server: Socket) {
    this.client = client;
    this.server = server;
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      // The other end of a cut connection; `close` follows and says all there is to say.
      socket.on('error', () => undefined);
      socket.on('close', () => {
        // A server behind a dead network does not hear that its client is gone.
        if (this.fault !== 'stall') this.destroy();
        if (this.client.destroyed && this.server.destroyed) this.onClose();
      });
    }
  }

  destroy(): void {
    this.client.resetAndDestroy();
    this.server.resetAndDestroy();
  }
}
