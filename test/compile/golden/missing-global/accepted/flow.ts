import { Action, Workflow } from '@do-sdk/core';

declare const BUILD: string;
const key = process.env.KEY;
const charge = new Action({ name: 'charge.card', handler: async () => fetch(`https://example.com/${key}`) });

export const order = new Workflow({
  name: 'order.place',
  handler: async ({ process }: { process: string }) => {
    if (typeof fetch === 'function') throw new TypeError(process);
    const fetchAll = async (...urls: string[]) => urls.map((url) => new URL(url));
    await new Promise((resolve) => setTimeout(resolve, 10));
    label: for (const navigator of [1]) if (navigator) continue label;
    try {
      return { fetch: 1, at: new Date(), random: Math.random(), all: await fetchAll() };
    } catch (crypto) {
      return [crypto, await charge.invoke(null)];
    }
  },
});
