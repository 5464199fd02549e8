import { pino, stdSerializers } from 'pino';
import type { Logger } from 'pino';
import type { ActionLog } from '../core/context.ts';
import { DoError } from '../core/errors.ts';
import { hideInLogs, readableLine, safeLine } from './lines.ts';

export { hideInLogs };

/** As the log of a handler, so that there is one way to write a line. */
export type Log = ActionLog;

export interface LogOptions {
  /** Nothing below it is written. */
  level: string;
  /** Lines for a terminal; JSON otherwise. */
  readable: boolean;
  write: (line: string) => void;
}

const LEVELS = ['debug', 'info', 'warn', 'error', 'silent'];

export function createLog({ level, readable, write }: LogOptions): Log {
  if (!LEVELS.includes(level)) {
    const got = JSON.stringify(level.slice(0, 100));
    throw new DoError(
      'DEFINITION_INVALID',
      `Expected DO_LOG_LEVEL to be one of ${LEVELS.join(', ')}, got ${got}.`,
    );
  }
  const logger = pino(
    {
      level,
      // Host and process id are for whoever collects the lines to add.
      base: null,
      formatters: { level: (label) => ({ level: label }) },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      serializers: { error: stdSerializers.errWithCause },
      // A handler may log whatever it has; what is deeper or longer is cut, not followed.
      depthLimit: 8,
      edgeLimit: 200,
    },
    { write: (line: string) => write(readable ? readableLine(line) : safeLine(line)) },
  );
  return toLog(logger);
}

/** A log whose every line has these fields; what is logged stands beside them, so that it cannot pass for them. */
export function withFields(log: Log, own: Record<string, unknown>): Log {
  const write =
    (level: keyof Log) =>
    (message: string, fields?: Record<string, unknown>): void =>
      log[level](message, fields === undefined ? own : { ...own, fields: told(fields) });
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}

/** An error has no properties that JSON would show. */
function told(fields: Record<string, unknown>): Record<string, unknown> {
  try {
    const entries = Object.entries(fields);
    return Object.fromEntries(
      entries.map(([name, value]) => [
        name,
        value instanceof Error ? stdSerializers.errWithCause(value) : value,
      ]),
    );
  } catch {
    // A getter that throws.
    return {};
  }
}

function toLog(logger: Logger): Log {
  const write =
    (level: keyof Log) =>
    (message: string, fields: Record<string, unknown> = {}): void => {
      try {
        logger[level](fields, '%s', String(message));
      } catch {
        // A field whose getter throws must not fail the handler that logs it.
        logger[level]('%s', String(message));
      }
    };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}
