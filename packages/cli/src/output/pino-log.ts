import { escapeJson, escapeUnprintable } from '@mdns-ambassador/admin/printable';
import { pino } from 'pino';
import { prettyFactory } from 'pino-pretty';
import type { LogFormat, LogLevel } from '../options/common-options.ts';
import type { Log } from './log.ts';
import type { Printer, PrinterStream } from './printer.ts';

export interface PinoLogOptions {
  readonly level: LogLevel;
  readonly format: LogFormat;
}

/** Writes synchronously, without a worker thread. What comes out is printable, whatever the fields hold. */
export function openPinoLog({ level, format }: PinoLogOptions, stderr: Printer, stream: PrinterStream): Log {
  const write = format === 'json' ? createJsonWriter(stream) : createPrettyWriter(stream, stderr.hasColours);
  return pino({ level, base: null }, { write });
}

/** One line of JSON for each message from `info` on, whatever the log's own form and level are. */
export function openFactLog(stream: PrinterStream): Log {
  return pino({ base: null }, { write: createJsonWriter(stream) });
}

/** Takes lines of JSON, each with its end of line, and writes them without what is unprintable. */
function createJsonWriter(stream: PrinterStream): (line: string) => void {
  return (line) => void stream.write(`${escapeJson(line.trimEnd())}\n`);
}

function createPrettyWriter(stream: PrinterStream, colorize: boolean): (line: string) => void {
  const format = prettyFactory({ colorize, translateTime: 'SYS:HH:MM:ss.l', singleLine: true });
  return (line) => void stream.write(format(escapeDeeply(JSON.parse(line))));
}

/** Every text within, those of keys too. */
function escapeDeeply(value: unknown): unknown {
  if (typeof value === 'string') return escapeUnprintable(value);
  if (Array.isArray(value)) return value.map(escapeDeeply);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [escapeUnprintable(key), escapeDeeply(one)]));
}
