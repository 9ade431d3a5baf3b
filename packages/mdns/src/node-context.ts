import type { NodeEvent } from './node.ts';
import type { Random } from './rules/machine.ts';

/** What the publishing and the browsing side need of their node. */
export interface NodeContext {
  readonly now: () => number;
  /** There is something to send; resolves when it was sent. */
  readonly changed: () => Promise<void>;
  /** Calls a listener, after everything that is going on. */
  readonly notify: (call: () => void) => void;
  readonly onEvent: (event: NodeEvent) => void;
  readonly random: Random;
}
