import type { LineLimit } from './line-limit.ts';
import type { Log } from './log.ts';

/** The same log, with a limit for each message; how many were left out stands in the next line of that message. */
export function limitLog(log: Log, limit: LineLimit, now: () => number): Log {
  const limited =
    (level: keyof Log) =>
    (fields: object, message: string): void => {
      const telling = limit.admit(`${level} ${message}`, now());
      if (telling.kind === 'tell-last') log[level]({ ...fields, moreLeftOut: true }, message);
      else if (telling.kind === 'tell')
        log[level](telling.leftOut === 0 ? fields : { ...fields, leftOut: telling.leftOut }, message);
    };
  return { debug: limited('debug'), info: limited('info'), warn: limited('warn'), error: limited('error') };
}
