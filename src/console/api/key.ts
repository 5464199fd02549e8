const SLOT = 'do-console-key';

/**
 * Where the key is kept: in this tab alone, gone with it, and never part of a request that the page does not make itself,
 * as a cookie would be.
 */
export const keptKey = (): string | null => sessionStorage.getItem(SLOT);
export const keepKey = (key: string): void => sessionStorage.setItem(SLOT, key);
export const dropKey = (): void => sessionStorage.removeItem(SLOT);
