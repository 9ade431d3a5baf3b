import { pino } from 'pino';
import pretty from 'pino-pretty';
import type { Printer } from './printer.ts';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
type LogLevel = (typeof LOG_LEVELS)[number];
export const LOG_FORMATS = ['pretty', 'json'] as const;
type LogFormat = (typeof LOG_FORMATS)[number];

/** One line for each change of state: fields, and a few words. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface LogOptions {
  readonly level?: LogLevel | undefined;
  readonly format?: LogFormat | undefined;
}

/**
 * Writes to standard error, synchronously, without a worker thread. Unless asked otherwise: pretty on a terminal, where
 * standard output tells the story already, so warnings only; JSON from `info` on elsewhere.
 */
export function createLog(options: LogOptions, stderr: Printer, stream: NodeJS.WritableStream): Log {
  const format = options.format ?? (stderr.isTerminal ? 'pretty' : 'json');
  const level = options.level ?? (format === 'pretty' ? 'warn' : 'info');
  if (format === 'json') return pino({ level, base: null }, { write: (line: string) => void stream.write(line) });
  const isColoured = stderr.style.bold('') !== '';
  return pino(
    { level, base: null },
    pretty({
      colorize: isColoured,
      translateTime: 'SYS:HH:MM:ss.l',
      singleLine: true,
      sync: true,
      destination: stream,
    }),
  );
}
