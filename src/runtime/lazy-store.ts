import { Store } from '../store/index.ts';

/** The store of one process: opened by the first who needs it, so that plain actions need Temporal only. */
export class LazyStore {
  readonly #urlOf: () => Promise<string>;
  #store: Promise<Store> | undefined;

  constructor(urlOf: () => Promise<string>) {
    this.#urlOf = urlOf;
  }

  open = (): Promise<Store> => {
    this.#store ??= this.#urlOf().then(
      (url) => Store.open(url),
      (error: unknown) => {
        // The next one tries anew.
        this.#store = undefined;
        throw error;
      },
    );
    return this.#store;
  };

  async close(): Promise<void> {
    const store = await this.#store?.catch(() => undefined);
    this.#store = undefined;
    await store?.close();
  }
}
