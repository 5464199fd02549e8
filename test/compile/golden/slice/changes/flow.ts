import { Workflow, client } from '@do-sdk/core';
import { registry } from './registry.ts';
import { charge } from './actions.ts';

const rates: Record<string, number> = {};
rates.eur = 1;
Object.assign(rates, { usd: 2 });
for (const name of ['gbp']) rates[name] = 3;
if (rates.eur) delete rates.usd;
const mail = client.action('email.send');
const steps = { charge };
const unused = new Map();
unused.set('a', 1);
Object.freeze(unused);
charge.invoke(null);
mail.invoke(null);
steps.charge.invoke(null);
if (rates.eur) rates.gbp = await steps.charge.invoke(null);
registry.set('from outside', 1);

export const order = new Workflow({
  name: 'order.place',
  handler: async () => [rates, registry.get('charge'), await charge.invoke(null), mail, steps],
});
order.invoke(null);
