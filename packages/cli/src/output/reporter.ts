import { systemClock } from '@mdns-ambassador/mdns';
import { LineLimit, type Telling } from './line-limit.ts';
import type { Log } from './log.ts';
import type { Printer } from './printer.ts';

/** A fact for programs; `event` comes first. */
export interface Fact {
  readonly event: string;
  readonly [field: string]: unknown;
}

/** Tells each fact once on standard output, for people or for programs, and once in the log. */
export interface Reporter {
  /** `line` undefined: of no interest to people; several lines are one telling. */
  tell(line: string | readonly string[] | undefined, fact: Fact): void;
}

/**
 * `isJson`: one JSON document a line, all of them; else lines for people, of which each kind has its limit, as `log` has its
 * own. `onFact` gets each fact too, before it is printed.
 */
export function createReporter(
  stdout: Printer,
  log: Log,
  isJson: boolean,
  onFact: (fact: Fact) => void = () => undefined,
  now: () => number = () => systemClock.now(),
): Reporter {
  const limit = new LineLimit();
  return {
    tell(line, fact) {
      onFact(fact);
      if (isJson) stdout.json(fact);
      else if (line !== undefined) tellPeople(stdout, line, limit.admit(fact.event, now()));
      const { event, ...fields } = fact;
      log.info(fields, event);
    },
  };
}

function tellPeople(stdout: Printer, lines: string | readonly string[], telling: Telling): void {
  const tellAll = (): void => {
    for (const line of typeof lines === 'string' ? [lines] : lines) stdout.line(line);
  };
  switch (telling.kind) {
    case 'tell':
      if (telling.leftOut > 0) stdout.line(`(${telling.leftOut} more like the next were not told)`);
      tellAll();
      return;
    case 'tell-last':
      tellAll();
      stdout.line('(more like this are not told for a while)');
      return;
    case 'leave-out':
      return;
    default:
      telling satisfies never;
  }
}
