import type { Duplex } from 'node:stream';
import type { DialService } from '@mdns-ambassador/checks';
import { type Clock, RelayError } from '@mdns-ambassador/relay';
import type { Endpoint } from '../pool/endpoint.ts';

/** An address that is silent for so long is not waited for alone. */
const NEXT_ADDRESS_MS = 50;

/** Asked before each dial: undefined if it may not be made now, else what is to be called when somebody answered it. */
export type AdmitDial = () => (() => void) | undefined;

/** Makes the dials that are allowed; another rejects as a fault of this machine, which says nothing about the endpoint. */
export function dialIfAdmitted(dial: DialService, admit: AdmitDial): DialService {
  return async (target, signal) => {
    const tellAnswered = admit();
    if (tellAnswered === undefined)
      throw new RelayError('EAGAIN', "too many dials to its announcer's other endpoints failed");
    const connection = await dial(target, signal);
    tellAnswered();
    return connection;
  };
}

/** Dials one endpoint at whichever of its addresses answers first; the target that it is called with is not asked for. */
export function dialAnyAddress({ addresses, port }: Endpoint, dial: DialService, clock: Clock): DialService {
  return (_, signal) =>
    new Promise((resolve, reject) => {
      const abort = new AbortController();
      const untried = [...addresses];
      let dialling = 0;
      let isSettled = false;
      let cancelNext = (): void => undefined;
      const settle = (): void => {
        isSettled = true;
        cancelNext();
        signal.removeEventListener('abort', giveUp);
        abort.abort();
      };
      const giveUp = (): void => {
        settle();
        reject(signal.reason);
      };
      const take = (connection: Duplex): void => {
        if (isSettled) {
          connection.destroy();
          return;
        }
        settle();
        resolve(connection);
      };
      const fail = (error: unknown): void => {
        dialling -= 1;
        if (isSettled) return;
        if (untried.length > 0) startNext();
        else if (dialling === 0) {
          settle();
          reject(error);
        }
      };
      const startNext = (): void => {
        cancelNext();
        const address = untried.shift();
        if (address === undefined) return;
        dialling += 1;
        dial({ kind: 'tcp', address, port }, abort.signal).then(take, fail);
        cancelNext = clock.after(NEXT_ADDRESS_MS, startNext);
      };
      if (signal.aborted) return giveUp();
      signal.addEventListener('abort', giveUp, { once: true });
      startNext();
    });
}
