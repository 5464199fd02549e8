import { Action, Workflow } from '@do-sdk/core';
import { PREFIX } from './names.ts';

const shared = { handler: async () => 1 };
let name = 'email.send';
const NAMES = { order: `${PREFIX}.place` } as const;
var charge = new Action({ ...shared, name: 'charge' + '.card' });
const notify = new Action({ name, handler: async () => 2 } satisfies object);
const late = new Action({
  handler: async () => 1, // the comma behind the name goes too
  name: 'late' as const,
  retry: { maximumAttempts: 1 },
});

export const order = new Workflow({
  name: NAMES.order,
  handler: async () => [await charge.invoke(null), await notify.invoke(null), await late.invoke(null)],
});
