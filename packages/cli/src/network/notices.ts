import type { Txt } from '@mdns-ambassador/mdns';
import { readTxtText } from '@mdns-ambassador/mdns';
import { MESH_TXT_KEYS, type Mesh, NOTICES_TXT_KEY, NoticeStore } from '@mdns-ambassador/mesh';
import { PEER_TXT_KEY, type PeerPlace } from '@mdns-ambassador/peers';
import { nameStateFolder } from '../machine/seed.ts';
import { parsePort } from '../parse/port.ts';
import type { Surroundings } from '../process/surroundings.ts';

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

/** For TXT records that are heard: where somebody of the mesh listens for peers, and what he knows of what keepers have said. */
export function hearMesh(
  mesh: Mesh,
  onHeard: (place: PeerPlace, announcer: string, digest: string) => void,
): (txt: Txt, from: string) => void {
  return (txt, from) => {
    const ids = MESH_TXT_KEYS.map(([key]) => readTxtText(txt, key));
    const place = readPlace(txt, from);
    if (place === undefined || !mesh.ids.some((id) => ids.includes(id))) return;
    onHeard(place, readTxtText(txt, 'id') ?? from, readTxtText(txt, NOTICES_TXT_KEY) ?? NOTHING);
  };
}

function readPlace(txt: Txt, host: string): PeerPlace | undefined {
  try {
    return { host, port: parsePort(readTxtText(txt, PEER_TXT_KEY) ?? '') };
  } catch {
    return undefined;
  }
}
