/** What a supervisor and its clients say to each other over the control socket: one JSON value per line. */
export interface Endpoints {
  temporal: { address: string; namespace: string; ui: string };
  mail: { smtpUrl: string; inboxUrl: string };
}

export type FromSupervisor =
  | { type: 'hello' }
  | { type: 'progress'; message: string }
  | { type: 'ready'; endpoints: Endpoints }
  | { type: 'failed'; message: string }
  | FromPostgres;

/** Told to all; meant for those that need it. */
export type FromPostgres = { type: 'postgres'; url: string } | { type: 'postgres-failed'; message: string };

export type FromClient =
  /** A connection counts as a lease from this line on; one that never sends it only asks whether somebody listens. */
  | { type: 'lease'; pid: number }
  /** The holder of a lease needs a server that is not started for everybody. */
  | { type: 'need'; server: 'postgres' };

export const encode = (message: FromSupervisor | FromClient): string => `${JSON.stringify(message)}\n`;

/** Feeds chunks of a stream, gets whole messages. */
export function lineReader(onMessage: (message: unknown) => void): (chunk: string) => void {
  let rest = '';
  return (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onMessage(JSON.parse(line));
  };
}
