import type { NodeEvent } from '@mdns-ambassador/mdns';
import type { MachineIdentity, Mesh } from '@mdns-ambassador/mesh';
import type { PeerEvent } from '@mdns-ambassador/peers';
import { splitPlace } from '@mdns-ambassador/relay';
import type { Log } from '../output/log.ts';
import { waitOrAbort } from '../process/stopping.ts';
import type { Surroundings } from '../process/surroundings.ts';
import { readPeerRequest } from '../requests/peer-request.ts';
import type { Settings } from '../settings/settings.ts';
import { createLocalNetwork, type LocalNetwork, readInterfaceNames, startNode } from './local-network.ts';

/** Announcers answer within a tenth of a second; a second try of a dial that failed is in it. Who was seen lately is waited for a little longer. */
const FIND_MS = { least: 1_500, most: 4_000 };
/** Who has taken in what keepers said, says so at once. */
const TELL_MS = 2_000;
const LOOK_MS = 50;
/** Types looked into; a link has some tens. */
const MOST_TYPES = 256;

/** A machine of the mesh that is linked now. */
export interface Contact {
  /** Undefined where the handshake was by another address than the link. */
  readonly identity: MachineIdentity | undefined;
  readonly address: string;
  /** It knows all that is known here of what keepers have said. */
  readonly isTold: boolean;
}

/** Links with all of a mesh who can be found, for a command that ends soon. */
export class MeshContact {
  readonly #mesh: Mesh;
  readonly #local: LocalNetwork;
  readonly #signal: AbortSignal;
  /** By address. */
  readonly #met = new Map<string, MachineIdentity>();
  #isOpen = false;

  constructor(mesh: Mesh, settings: Settings, surroundings: Surroundings, log: Log) {
    const { platform, shutdown } = surroundings;
    this.#mesh = mesh;
    this.#signal = shutdown.signal;
    const note = (event: NodeEvent | PeerEvent): void => log.debug(event, event.kind);
    const request = readPeerRequest(settings);
    mesh.company.onMeeting(({ identity, place }) => this.#met.set(splitPlace(place)?.host ?? place, identity));
    this.#local = createLocalNetwork(readInterfaceNames(settings, platform), platform, note, {
      peers: { request, surroundings, mesh, announces: false, meetsAll: true, onEvent: note },
    });
  }

  /** Looks for everybody, for a moment; `isEnough`: nobody else is expected. Rejects with a CliError where there is no network to look on. */
  async find(isEnough: () => boolean): Promise<void> {
    const { node } = this.#local;
    await startNode(this.#local);
    this.#isOpen = true;
    let types = 0;
    node.browseTypes((type) => {
      if (types < MOST_TYPES) node.browse({ type }, () => undefined);
      types += 1;
    });
    await waitOrAbort(FIND_MS.least, this.#signal);
    for (let waited = FIND_MS.least; waited < FIND_MS.most && !isEnough() && !this.#signal.aborted; waited += LOOK_MS) {
      await waitOrAbort(LOOK_MS, this.#signal);
    }
  }

  /** Resolves when all who are linked know what is known here, or have had the time for it. */
  async tell(): Promise<void> {
    for (let waited = 0; waited < TELL_MS && !this.#signal.aborted; waited += LOOK_MS) {
      if (this.list().every(({ isTold }) => isTold)) return;
      await waitOrAbort(LOOK_MS, this.#signal);
    }
  }

  list(): readonly Contact[] {
    const { digest } = this.#mesh.notices;
    const links = this.#local.peers?.listLinks() ?? [];
    return links.map(({ address, notices }) => ({
      address,
      identity: this.#met.get(address),
      isTold: notices === digest,
    }));
  }

  async close(): Promise<void> {
    if (this.#isOpen) await this.#local.node.close();
  }
}
