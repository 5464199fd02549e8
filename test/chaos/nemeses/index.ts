import {
  blackholeLinks,
  cutLinks,
  delayLinks,
  dropBackends,
  failpoints,
  swallowReplies,
} from './connections.ts';
import type { Nemesis } from './nemesis.ts';
import {
  killApi,
  killSink,
  killTemporal,
  killWorker,
  pauseWorker,
  restartWorkers,
  stopPostgres,
} from './processes.ts';
import { terminate } from './terminate.ts';

export const NEMESES = {
  'kill-worker': killWorker,
  'kill-api': killApi,
  'kill-temporal': killTemporal,
  'kill-sink': killSink,
  'stop-postgres': stopPostgres,
  'pause-worker': pauseWorker,
  'restart-worker': restartWorkers,
  terminate,
  'drop-backend': dropBackends,
  'network-cut': cutLinks,
  'network-delay': delayLinks,
  'network-blackhole': blackholeLinks,
  'network-swallow': swallowReplies,
  failpoints,
} as const satisfies Record<string, Nemesis>;

export type NemesisName = keyof typeof NEMESES;
export const NEMESIS_NAMES = Object.keys(NEMESES) as NemesisName[];
