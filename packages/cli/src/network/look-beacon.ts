import type { Clock, MdnsNode, Publication, Txt } from '@mdns-ambassador/mdns';
import { MESH_TXT_KEYS, type Mesh } from '@mdns-ambassador/mesh';
import { PEER_TXT_KEY, type PeerListener, type PeerNode } from '@mdns-ambassador/peers';
import { drawId } from '@mdns-ambassador/relay';

/** Of who looks at the picture of a mesh, while he does: no service, and shown to nobody. */
export const LOOK_TYPE = '_ambassador-look._tcp';
/** TXT: says that somebody looks; another number each time that it is said. */
export const LOOK_TXT_KEY = 'look';
/** Who did not hear it the first time, or came since. */
const AGAIN_MS = 4_000;

export interface BeaconOptions {
  /** Of the link alone: peers are told by peer links. Undefined while none is spoken. */
  readonly mdns: Pick<MdnsNode, 'publish'> | undefined;
  readonly peers: Pick<PeerNode, 'receiveGuests' | 'tellLook'>;
  readonly mesh: Pick<Mesh, 'ids'>;
  readonly clock: Clock;
}

/** Tells the link, and peers, that somebody of the mesh looks, and where: members that listen nowhere, such as those who only proxy, show themselves there. The returned function ends it. */
export function tellLook({ mdns, peers, mesh, clock }: BeaconOptions): () => void {
  const id = drawId(Math.random);
  let cancel = (): void => undefined;
  let listener: PeerListener | undefined;
  let publication: Publication | undefined;
  let isOver = false;
  let count = 0;
  const end = (): void => {
    isOver = true;
    cancel();
    void publication?.close();
    void listener?.close();
  };
  const tell = ({ port }: PeerListener): void => {
    count += 1;
    peers.tellLook(id, port);
    const txt = describeLook(id, port, count, mesh.ids);
    if (publication === undefined) publication = mdns?.publish({ name: id, type: LOOK_TYPE, port, txt });
    else publication.update({ txt });
    cancel = clock.after(AGAIN_MS, () => tell({ port, close: async () => undefined }));
  };
  peers.receiveGuests().then(
    (received) => {
      listener = received;
      if (isOver) end();
      else tell(received);
    },
    // Those who can be asked are seen all the same.
    () => undefined,
  );
  return end;
}

function describeLook(id: string, port: number, count: number, ids: readonly string[]): Txt {
  const entries = [
    ['txtvers', '1'],
    ['id', id],
    [PEER_TXT_KEY, `${port}`],
    [LOOK_TXT_KEY, `${count}`],
    ...MESH_TXT_KEYS.flatMap(([key], index) => {
      const meshId = ids[index];
      return meshId === undefined ? [] : [[key, meshId] as const];
    }),
  ] as const;
  return new Map(entries.map(([key, value]) => [key, Buffer.from(value)]));
}
