import type { Clock, Leg } from '@mdns-ambassador/relay';

/** Who only looks whether something listens has left by then. */
const LOOK_MS = 25;
/** A process that was kept waiting runs its timers before it reads what has come meanwhile. */
const LATE_MS = 5;

/**
 * Whether a paused client is a client: it has sent a byte, or has stayed for a moment, and did not connect just to leave, as checks of others
 * do. Nothing is taken from it. Never rejects.
 */
export function staysConnected(client: Leg, clock: Pick<Clock, 'after'>): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (stays: boolean): void => {
      cancel();
      client.off('readable', onReadable).off('end', onGone).off('error', onGone).off('close', onGone);
      client.pause();
      resolve(stays);
    };
    const onGone = (): void => settle(false);
    const onReadable = (): void => {
      if (client.readableLength > 0) settle(true);
      // A stream tells its end to those alone who ask for more.
      else client.read();
    };
    let cancel = clock.after(LOOK_MS, () => {
      cancel = clock.after(LATE_MS, () => settle(true));
    });
    client.on('readable', onReadable).on('end', onGone).on('error', onGone).on('close', onGone);
    if (client.destroyed || client.readableEnded) onGone();
  });
}
