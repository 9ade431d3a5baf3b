import type { Txt } from '@mdns-ambassador/mdns';
import { readTxtText } from '@mdns-ambassador/mdns';
import { MESH_TXT_KEYS, type Mesh, NOTICES_TXT_KEY, NoticeStore } from '@mdns-ambassador/mesh';
import { PEER_TXT_KEY, type PeerPlace } from '@mdns-ambassador/peers';
import { nameStateFolder } from '../machine/seed.ts';
import { parsePort } from '../parse/port.ts';
import type { Surroundings } from '../process/surroundings.ts';
import { LOOK_TXT_KEY } from './look-beacon.ts';

/** What an announcer knows who tells of nothing. */
const NOTHING = '0';

/** What keepers have said is kept in the state folder, and what is kept there is known from the start. */
export function keepNotices(
  mesh: Mesh,
  { env, platform }: Pick<Surroundings, 'env' | 'platform'>,
  onFailure: (error: unknown) => void,
): NoticeStore {
  return new NoticeStore({
    notices: mesh.notices,
    folder: nameStateFolder(env, platform),
    meshIds: () => mesh.ids,
    onFailure,
  });
}

export interface MeshListener {
  /** An announcer of the mesh listens there for peers, and knows this of what keepers have said. */
  onAnnouncer(place: PeerPlace, announcer: string, digest: string): void;
  /** Somebody of the mesh looks, and is called at there. */
  onLook(place: PeerPlace, looker: string): void;
}

/** For TXT records that are heard. */
export function hearMesh(mesh: Mesh, { onAnnouncer, onLook }: MeshListener): (txt: Txt, from: string) => void {
  return (txt, from) => {
    const ids = MESH_TXT_KEYS.map(([key]) => readTxtText(txt, key));
    const place = readPlace(txt, from);
    if (place === undefined || !mesh.ids.some((id) => ids.includes(id))) return;
    const id = readTxtText(txt, 'id') ?? from;
    if (txt.has(LOOK_TXT_KEY)) onLook(place, id);
    else onAnnouncer(place, id, readTxtText(txt, NOTICES_TXT_KEY) ?? NOTHING);
  };
}

function readPlace(txt: Txt, host: string): PeerPlace | undefined {
  try {
    return { host, port: parsePort(readTxtText(txt, PEER_TXT_KEY) ?? '') };
  } catch {
    return undefined;
  }
}
