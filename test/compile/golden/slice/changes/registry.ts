import { charge } from './actions.ts';

export const registry = new Map<string, unknown>();
registry.set('charge', charge);
console.log(registry);
