import { systemClock } from '@mdns-ambassador/mdns';
import { LineLimit } from './line-limit.ts';
import type { Log } from './log.ts';
import type { Printer } from './printer.ts';

/** Of one kind of fact in a minute, for programs: they want to know all, and a disk has an end. */
export const MAX_FACTS = 600;

/** A fact for programs; `event` comes first. */
export interface Fact {
  readonly event: string;
  readonly [field: string]: unknown;
}

/** An event as a fact. */
export function toFact({ kind, ...fields }: { readonly kind: string }): Fact {
  return { event: kind, ...fields };
}

/** Tells each fact once on standard output, for people or for programs, and once in the log. */
export interface Reporter {
  /** `line` undefined: of no interest to people; several lines are one telling. */
  tell(line: string | readonly string[] | undefined, fact: Fact): void;
}

/**
 * `isJson`: one JSON document a line, else lines for people. Each kind has its limit, as `log` has its own. `onFact` gets each fact too,
 * before it is printed.
 */
export function createReporter(
  stdout: Printer,
  log: Log,
  isJson: boolean,
  onFact: (fact: Fact, line: string | readonly string[] | undefined) => void = () => undefined,
  now: () => number = () => systemClock.now(),
): Reporter {
  const print = isJson ? createFactPrinter(stdout, now) : createLinePrinter(stdout, new LineLimit(), now);
  return {
    tell(line, fact) {
      onFact(fact, line);
      print(line, fact);
      const { event, ...fields } = fact;
      log.info(fields, event);
    },
  };
}

/** For programs: what is left out is told as a fact, `leaving-out` when it begins and `left-out` with the count when it is over. */
export function createFactPrinter(stdout: Printer, now: () => number): Reporter['tell'] {
  const limit = new LineLimit(MAX_FACTS);
  return (_line, fact) => {
    for (const { kind, count } of limit.takeLeftOut(now())) stdout.json({ event: 'left-out', of: kind, count });
    const telling = limit.admit(fact.event, now());
    if (telling.kind === 'leave-out') return;
    stdout.json(fact);
    if (telling.kind === 'tell-last') stdout.json({ event: 'leaving-out', of: fact.event });
  };
}

/** For people. */
export function createLinePrinter(stdout: Printer, limit: LineLimit, now: () => number): Reporter['tell'] {
  return (lines, { event }) => {
    if (lines === undefined) return;
    const telling = limit.admit(event, now());
    if (telling.kind === 'leave-out') return;
    const isLast = telling.kind === 'tell-last';
    if (!isLast && telling.leftOut > 0) stdout.line(`(${telling.leftOut} more like the next were not told)`);
    for (const line of typeof lines === 'string' ? [lines] : lines) stdout.line(line);
    if (isLast) stdout.line('(more like this are not told for a while)');
  };
}
