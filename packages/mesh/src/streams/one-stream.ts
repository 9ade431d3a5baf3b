import { type Clock, type Leg, RelayError } from '@mdns-ambassador/relay';
import { HeldBudget } from './held-budget.ts';
import { Session, type SessionOptions } from './session.ts';

/** A stream of a connection that is to have no other, and ends with it. */
export function openOne(leg: SessionOptions['leg'], clock: Clock): Leg {
  const session = new Session({ leg, clock, budget: new HeldBudget({ bytes: 0 }), onIdle: IGNORE, onEnd: IGNORE });
  const stream = session.open();
  stream.once('close', () => session.drain());
  return stream;
}

/** The same at the other end. Rejects with a RelayError where none comes before the connection is over or `signal` aborts: it is reset then. */
export function acceptOne(leg: SessionOptions['leg'], clock: Clock, signal: AbortSignal): Promise<Leg> {
  return new Promise((resolve, reject) => {
    const stop = (): void => session.reset();
    const session = new Session({
      leg,
      clock,
      budget: new HeldBudget({ bytes: 0 }),
      onStream: (stream) => {
        signal.removeEventListener('abort', stop);
        if (session.isDraining && session.size > 1) stream.destroy();
        session.drain();
        resolve(stream);
      },
      onIdle: IGNORE,
      onEnd: () => {
        signal.removeEventListener('abort', stop);
        reject(new RelayError('ECONNRESET', 'it left before it asked'));
      },
    });
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
}

const IGNORE = (): void => undefined;
