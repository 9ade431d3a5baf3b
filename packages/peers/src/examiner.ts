import type { ExamineLine, FactsLine, OutcomeLine } from './rules/line.ts';

/** Shows a peer that asks whether it is reached, for `ambassador doctor HOST`. */
export interface Examiner {
  /**
   * Does what is asked, within 5 s, and tells each outcome once. `asker` is the address that the link comes from, which alone is dialled.
   * Not called for a link while it is at work for it, and no more often than {@link PeerNode} lets anybody ask.
   */
  examine(request: ExamineLine, asker: string, tell: (line: FactsLine | OutcomeLine) => void): Promise<void>;
}
