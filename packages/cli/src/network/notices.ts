import type { Txt } from '@mdns-ambassador/mdns';
import { readTxtText } from '@mdns-ambassador/mdns';
import { MESH_TXT_KEYS, type Mesh, NOTICES_TXT_KEY, NoticeStore } from '@mdns-ambassador/mesh';
import { PEER_TXT_KEY, type PeerNode, type PeerPlace } from '@mdns-ambassador/peers';
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

/** For each TXT record that is heard: who of the mesh knows of something else is asked, and told. */
export function compareNotices(mesh: Mesh, peers: Pick<PeerNode, 'hearDigest'>): (txt: Txt, from: string) => void {
  return (txt, from) => {
    const ids = MESH_TXT_KEYS.map(([key]) => readTxtText(txt, key));
    const place = readPlace(txt, from);
    if (place === undefined || !mesh.ids.some((id) => ids.includes(id))) return;
    peers.hearDigest(place, readTxtText(txt, NOTICES_TXT_KEY) ?? NOTHING);
  };
}

function readPlace(txt: Txt, host: string): PeerPlace | undefined {
  try {
    return { host, port: parsePort(readTxtText(txt, PEER_TXT_KEY) ?? '') };
  } catch {
    return undefined;
  }
}
