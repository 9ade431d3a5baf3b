import { systemClock } from '@mdns-ambassador/mdns';
import { errorMessage, type OpenPort, Turns } from '@mdns-ambassador/relay';
import { JOIN_TYPE } from '../network/join-place.ts';
import type { LocalNetwork } from '../network/local-network.ts';
import type { Log } from '../output/log.ts';

/** Who has the port may end without a word to us. */
const RETRY_MS = 2_000;

/** Where this machine listens for peers, and while those of the mesh tell of an invitation: who comes here to join is told where it is. The returned function ends it. */
export function followInvitations(
  { network, peers }: Pick<LocalNetwork, 'network' | 'peers'>,
  log: Pick<Log, 'debug'>,
): () => void {
  if (peers?.isMesh !== true) return () => undefined;
  let open: OpenPort | undefined;
  let isOver = false;
  let cancelRetry: () => void = () => undefined;
  const turns = new Turns(async () => {
    const isWanted = !isOver && peers.port !== undefined && peers.list(JOIN_TYPE).length > 0;
    if (isWanted === (open !== undefined)) return;
    if (open !== undefined) {
      await open.close();
      open = undefined;
      return;
    }
    const { showInviters } = await import('../network/known-invitations.ts');
    open = await showInviters(network, peers).catch((error: unknown) => {
      log.debug({ reason: errorMessage(error) }, 'who comes to join is told nothing here');
      cancelRetry = systemClock.after(RETRY_MS, () => turns.request());
      return undefined;
    });
  });
  const unlisten = peers.onChange(() => turns.request());
  turns.request();
  return () => {
    isOver = true;
    cancelRetry();
    unlisten();
    turns.request();
  };
}
