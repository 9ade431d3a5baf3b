import type { Update } from '../pool/update.ts';

/** Finds the endpoints of one service. */
export interface Source {
  /** `mdns`, `static:10.0.0.1:6379` ... : what the user wrote. */
  readonly name: string;
  /** Called once. `onUpdate` is never called synchronously within `start`, and never after `close` has resolved. */
  start(onUpdate: (update: Update) => void): Promise<void>;
  /** A dial to this endpoint failed: look again whether it is there. */
  verify(id: string): void;
  close(): Promise<void>;
}
