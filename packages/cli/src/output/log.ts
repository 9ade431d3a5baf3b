import { escapeJson, escapeUnprintable } from '@mdns-ambassador/admin/printable';
import { pino } from 'pino';
import { prettyFactory } from 'pino-pretty';
import type { LogFormat, LogLevel } from '../options/common-options.ts';
import type { Printer, PrinterStream } from './printer.ts';

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
 * standard output tells the story already, so warnings only; JSON from `info` on elsewhere. What comes out is printable, whatever the
 * fields hold.
 */
export function createLog(options: LogOptions, stderr: Printer, stream: PrinterStream): Log {
  const format = options.format ?? (stderr.isTerminal ? 'pretty' : 'json');
  const level = options.level ?? (format === 'pretty' ? 'warn' : 'info');
  const write = format === 'json' ? createJsonWriter(stream) : createPrettyWriter(stream, isColoured(stderr));
  return pino({ level, base: null }, { write });
}

/** Takes lines of JSON, each with its end of line, and writes them without what is unprintable. */
export function createJsonWriter(stream: PrinterStream): (line: string) => void {
  return (line) => void stream.write(`${escapeJson(line.trimEnd())}\n`);
}

function createPrettyWriter(stream: PrinterStream, colorize: boolean): (line: string) => void {
  const format = prettyFactory({ colorize, translateTime: 'SYS:HH:MM:ss.l', singleLine: true });
  return (line) => void stream.write(format(escapeDeeply(JSON.parse(line))));
}

function isColoured({ style }: Printer): boolean {
  return style.bold('').colour !== undefined;
}

/** Every text within, those of keys too. */
function escapeDeeply(value: unknown): unknown {
  if (typeof value === 'string') return escapeUnprintable(value);
  if (Array.isArray(value)) return value.map(escapeDeeply);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [escapeUnprintable(key), escapeDeeply(one)]));
}
