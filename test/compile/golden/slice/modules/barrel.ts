import { price } from './price.ts';
export { price as default, price };
export type { Money } from './price.ts';
export * from './constants.ts';
export * from './unused.ts';
export * as everything from './unused.ts';
