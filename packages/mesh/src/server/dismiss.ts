import { type Clock, type Leg, resetLeg } from '@mdns-ambassador/relay';
import { formatAnswer, type RefusalWord } from '../handshake/preamble.ts';

/** Who was refused may read the word for so long. */
const FAREWELL_MS = 1_000;

/** Says why, behind `words`, and closes; unread bytes would turn the end into a reset that overtakes the word. */
export function dismiss(leg: Leg, refusal: RefusalWord, clock: Clock, words = ''): void {
  if (leg.destroyed) return;
  const cancel = clock.after(FAREWELL_MS, () => resetLeg(leg));
  leg.once('close', cancel);
  leg.on('data', () => undefined);
  leg.end(words + formatAnswer(refusal));
  leg.resume();
}
