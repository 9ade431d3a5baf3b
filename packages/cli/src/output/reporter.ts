import type { Log } from './log.ts';
import type { Printer } from './printer.ts';

/** A fact for programs; `event` comes first. */
export interface Fact {
  readonly event: string;
  readonly [field: string]: unknown;
}

/** Tells each fact once on standard output, for people or for programs, and once in the log. */
export interface Reporter {
  /** `line` undefined: of no interest to people. It is printed as it is: escape what came from the network. */
  tell(line: string | undefined, fact: Fact): void;
}

/** `isJson`: one JSON document a line, else lines for people. `onFact` gets each fact too, before it is printed. */
export function createReporter(
  stdout: Printer,
  log: Log,
  isJson: boolean,
  onFact: (fact: Fact) => void = () => undefined,
): Reporter {
  return {
    tell(line, fact) {
      onFact(fact);
      if (isJson) stdout.line(JSON.stringify(fact));
      else if (line !== undefined) stdout.line(line);
      const { event, ...fields } = fact;
      log.info(fields, event);
    },
  };
}
