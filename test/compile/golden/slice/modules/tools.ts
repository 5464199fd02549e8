import { Action } from '@do-sdk/core';
export const round = Math.round;
export default function ceil(x: number) { return Math.ceil(x) }
export { charge };
export type { Money } from './price.ts';
const charge = new Action({ handler: async () => ceil(1), name: 'charge.card' });
