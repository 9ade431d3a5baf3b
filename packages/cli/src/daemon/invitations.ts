import { systemClock } from '@mdns-ambassador/mdns';
import type { PeerNode } from '@mdns-ambassador/peers';
import { type Clock, errorMessage, type OpenPort, Turns } from '@mdns-ambassador/relay';
import { JOIN_TYPE } from '../network/join-place.ts';
import type { LocalNetwork } from '../network/local-network.ts';
import type { Log } from '../output/log.ts';

/** Who has the port may end without a word to us. */
const RETRY_MS = 2_000;

interface InvitationsNetwork extends Pick<LocalNetwork, 'network'> {
  readonly peers?: Pick<PeerNode, 'isMesh' | 'port' | 'list' | 'onChange'> | undefined;
}

/** Loaded where somebody invites. */
async function openSignpost(network: InvitationsNetwork['network'], peers: Pick<PeerNode, 'list'>): Promise<OpenPort> {
  const { showInviters } = await import('../network/known-invitations.ts');
  return showInviters(network, peers);
}

/** Where this machine listens for peers, and while those of the mesh tell of an invitation: who comes here to join is told where it is. The returned function ends it. */
export function followInvitations(
  { network, peers }: InvitationsNetwork,
  log: Pick<Log, 'debug'>,
  clock: Clock = systemClock,
  openPort: typeof openSignpost = openSignpost,
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
    cancelRetry();
    open = await openPort(network, peers).catch((error: unknown) => {
      log.debug({ reason: errorMessage(error) }, 'who comes to join is told nothing here');
      if (!isOver) cancelRetry = clock.after(RETRY_MS, () => turns.request());
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
