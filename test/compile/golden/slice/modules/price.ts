import { currency } from './constants.ts';
import { readFileSync } from 'node:fs';
export type Money = number;
export const price = (money: Money) => `${money} ${currency}`;
export const list = () => readFileSync('prices', 'utf8');
