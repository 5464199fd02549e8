/** ESLint rule: `eslint-disable` needs ` -- the reason`, so that a reader can tell when it is no longer needed. */
export const explainedExceptions = {
  meta: {
    type: 'suggestion',
    schema: [],
    messages: {
      unexplained: 'Write the reason after two dashes: `{{ directive }} <rule> -- <why it must be so>`.',
    },
  },
  create: (context) => ({
    Program() {
      for (const comment of context.sourceCode.getAllComments()) {
        const directive = /^\s*(eslint-disable\S*)/.exec(comment.value)?.[1];
        if (!directive || /\s--\s+\S/.test(comment.value)) continue;
        context.report({ loc: comment.loc, messageId: 'unexplained', data: { directive } });
      }
    },
  }),
};
