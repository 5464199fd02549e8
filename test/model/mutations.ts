/** A model with one safety removed. Each of these has to be found out, or the model proves nothing. */
export const MUTATIONS = [
  'the store has no fence',
  'a sealed token may be claimed',
  'a seal ends no holder',
  'the effect is committed outside the transaction',
  'a failure is told before the seal',
  'what the seal found is ignored',
  'compensation comes before the seal',
  'compensation is skipped',
  'a compensation that failed finally is told as done',
  'the epoch is not raised',
  'every attempt has a token of its own',
  'the sink does not bar a released token',
  'a cancelled invocation is not settled',
  'a repeat does not settle the run before it',
  'a repeat settles only the run directly before it',
  'a repeat settles no run that was told of',
  'the reconciler is off',
  'the loop reads the wall clock on replay',
] as const;

export type Mutation = (typeof MUTATIONS)[number];
