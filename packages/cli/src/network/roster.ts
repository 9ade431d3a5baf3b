import { systemClock } from '@mdns-ambassador/mdns';
import { type Mesh, RosterStore } from '@mdns-ambassador/mesh';
import { nameStateFolder } from '../machine/seed.ts';
import type { Surroundings } from '../process/surroundings.ts';

/** Notes every machine that this process shakes hands with, and keeps it in the state folder. */
export function keepRoster(mesh: Mesh, { env, platform }: Pick<Surroundings, 'env' | 'platform'>): RosterStore {
  const store = new RosterStore({ folder: nameStateFolder(env, platform), clock: systemClock });
  mesh.company.onMeeting(({ identity, place }) => store.note(identity, place));
  return store;
}
