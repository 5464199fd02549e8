import { Action, Workflow } from '@do-sdk/core';
import { z } from 'zod';
import { email } from './support/email.ts';

const createUser = new Action({
  name: 'create.user',
  input: z.object({ email: z.email(), name: z.string() }),
  handler: ({ email, name }) => ({ id: `usr_${name.toLowerCase()}`, email, name }),
});

const sendWelcomeEmail = new Action({
  name: 'send.welcome_email',
  retry: { maximumAttempts: 5, initialInterval: '200ms' },
  handler: async ({ to, name }: { to: string; name: string }) => {
    await email.send({ to, subject: 'Welcome to .do!', body: `Hi ${name}, welcome aboard!` });
    return { sent: true };
  },
});

const updateCrmRecord = new Action({
  name: 'update.crm_record',
  handler: ({ userId, stage }: { userId: string; stage: string }) => {
    console.log(`crm: ${userId} is ${stage}`);
    return { stage };
  },
});

const Plan = z.enum(['free', 'team']);

// The process, as it would be told: sequence, parallel, a wait of days, a condition.
const onboard = new Workflow({
  name: 'customer.onboard',
  input: z.object({ email: z.email(), name: z.string(), trial: z.string().default('14 days') }),
  handler: async ({ email, name, trial }, ctx) => {
    const user = await createUser.invoke({ email, name });
    await Promise.all([
      sendWelcomeEmail.invoke({ to: user.email, name }),
      updateCrmRecord.invoke({ userId: user.id, stage: 'trial' }),
    ]);
    ctx.set({ stage: 'trial', until: ctx.now().toISOString() });
    const plan = await ctx
      .waitForSignal('plan.chosen', Plan, { timeout: trial })
      .catch(() => 'free' as const);
    if (plan !== 'free') await updateCrmRecord.invoke({ userId: user.id, stage: 'customer' });
    return { userId: user.id, plan };
  },
});

const run = await onboard.start({ email: 'new.user@example.com', name: 'Alex' });
await run.signal('plan.chosen', 'team');
console.log('onboarded:', await run.result());
console.log('not decided:', await onboard.invoke({ email: 'b@example.com', name: 'Bo', trial: '1s' }));
