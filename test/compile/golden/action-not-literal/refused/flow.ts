import { Action, Workflow } from '@do-sdk/core';

const definition = { name: 'charge.card', handler: async () => 1 };
const charge = new Action(definition);
const notify = new Action({ name: 'email.send', ...definition });
const named = { name: 'order.place', handler: async () => charge.invoke(null) };

export const order = new Workflow(named);
export const other = new Workflow({ name: String(Math.random()), handler: async () => notify.invoke(null) });

let changing = 'order.changing';
changing = 'order.changed';
export const third = new Workflow({ name: changing, handler: async () => 3 });
