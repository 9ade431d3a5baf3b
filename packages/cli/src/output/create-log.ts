import { LOG_LEVELS, type LogFormat, type LogLevel } from '../options/common-options.ts';
import type { Log } from './log.ts';
import { openPinoLog } from './pino-log.ts';
import type { Printer, PrinterStream } from './printer.ts';

export interface LogOptions {
  readonly level?: LogLevel | undefined;
  readonly format?: LogFormat | undefined;
  /** Called once, with what opens the writer before anything is written. */
  readonly onReady?: (open: () => void) => void;
}

/**
 * Writes to standard error, synchronously, without a worker thread. Unless asked otherwise: pretty on a terminal, where
 * standard output tells the story already, so warnings only; JSON from `info` on elsewhere. What comes out is printable, whatever the
 * fields hold. What writes is opened with the first message that is written.
 */
export function createLog(options: LogOptions, stderr: Printer, stream: PrinterStream): Log {
  const format = options.format ?? (stderr.isTerminal ? 'pretty' : 'json');
  const level = options.level ?? (format === 'pretty' ? 'warn' : 'info');
  let opened: Log | undefined;
  const open = (): Log => {
    opened ??= openPinoLog({ level, format }, stderr, stream);
    return opened;
  };
  const createWriter = (of: keyof Log): Log[keyof Log] => {
    if (LOG_LEVELS.indexOf(of) < LOG_LEVELS.indexOf(level)) return () => undefined;
    return (fields, message) => open()[of](fields, message);
  };
  if (level !== 'silent') options.onReady?.(open);
  return {
    debug: createWriter('debug'),
    info: createWriter('info'),
    warn: createWriter('warn'),
    error: createWriter('error'),
  };
}
