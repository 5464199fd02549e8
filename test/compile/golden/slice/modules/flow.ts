import { Workflow } from '@do-sdk/core';
import price, { type Money, currency as unit } from './barrel.ts';
import * as tools from './tools.ts';
import { child } from './child.ts';
import { readFileSync } from 'node:fs';

export const order = new Workflow({
  name: 'order.place',
  handler: async (money: Money) => [price(money), unit, tools.round(1), await tools.charge.invoke(1), await child.invoke(1)],
});
export const text = readFileSync('x', 'utf8');
