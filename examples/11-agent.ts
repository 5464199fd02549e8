import { Action, ActionError, Workflow, client } from '@do-sdk/core';

new Action({
  name: 'search.docs',
  retry: { maximumAttempts: 1 },
  handler: (_: { question: string }) => {
    throw new ActionError('The index is being rebuilt.', { type: 'IndexDown' });
  },
});
new Action({
  name: 'search.web',
  handler: ({ question }: { question: string }) => ({ answer: `"${question}": 42` }),
});

interface Turn {
  tool: string;
  outcome: unknown;
}

// A model would decide here. It is an action as well, so that what it decided is on record and is not asked twice.
const decide = new Action({
  name: 'model.decide',
  handler: ({ question, turns }: { question: string; turns: Turn[] }) => {
    const last = turns.at(-1);
    if (last && typeof last.outcome === 'object') return { answer: last.outcome };
    return { tool: turns.length === 0 ? 'search.docs' : 'search.web', input: { question } };
  },
});

const agent = new Workflow({
  name: 'agent.answer',
  handler: async ({ question }: { question: string }, ctx) =>
    await ctx.loop<Turn[], unknown>([], async (turns) => {
      const next: { answer?: unknown; tool?: string; input?: unknown } = await decide.invoke({
        question,
        turns,
      });
      if (next.tool === undefined) return ctx.done(next.answer);
      // Any action of the catalogue by its name; one that fails is told to the model, which picks another.
      const outcome = await client
        .action(next.tool)
        .invoke(next.input)
        .catch((error: Error) => error.message);
      return [...turns, { tool: next.tool, outcome }];
    }),
});

console.log(await agent.invoke({ question: 'What is the answer?' }));
