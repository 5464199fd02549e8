/** What a sufficient number of plans has to come to. */
export const SCENES = [
  'a commit of which nobody heard is found by the next attempt',
  'a commit of which nobody heard is found by the seal',
  'a late attempt is refused by the store',
  'a late hold is refused by the sink',
  'a transaction is ended by who needs its token',
  'a zombie acts after the telling',
  'a seal is repeated',
  'a compensation is repeated',
  'a compensation fails finally',
  'a cancelled invocation completes',
  'a run is terminated amid a compensation',
  'a terminated run has happened',
  'a repeat gets what the run before it did',
  'a repeat goes back further than one run',
  'a run is continued',
  'a host is lost and replayed',
  'completed',
  'failed',
  'timed_out',
  'cancelled',
] as const;

export type Scene = (typeof SCENES)[number];
