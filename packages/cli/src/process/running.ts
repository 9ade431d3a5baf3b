import { lstatSync } from 'node:fs';
import { removeSocket } from '@mdns-ambassador/relay';
import { askAdmin } from './admin-client.ts';
import { parseRunningStatus, type RunningStatus } from './running-status.ts';
import type { RuntimeSurroundings } from './runtime-folder.ts';
import { listSockets, type SocketPlace } from './sockets.ts';

/** Whoever is well answers within some milliseconds. */
export const ANSWER_MS = 2_000;

/** A process of this machine, as its socket shows it. */
export type Running = SocketPlace &
  (
    | { readonly kind: 'answered'; readonly status: RunningStatus }
    /** It does not answer in time: it is stopped, or very busy. */
    | { readonly kind: 'silent' }
    /** It ended without a goodbye. Its socket has been removed, where that was allowed. */
    | { readonly kind: 'dead' }
    /** `reason` for people. */
    | { readonly kind: 'unreadable'; readonly reason: string }
  );

/** Every process that this user may ask, asked at once, by number. Never rejects; takes {@link ANSWER_MS} at most. */
export async function findRunning(surroundings: RuntimeSurroundings): Promise<readonly Running[]> {
  const places = listSockets(surroundings);
  const found = await Promise.all(places.map((place) => ask(place, surroundings.platform)));
  return found.filter((running) => running !== undefined).toSorted((a, b) => a.pid - b.pid);
}

async function ask(place: SocketPlace, platform: NodeJS.Platform): Promise<Running | undefined> {
  const answer = await askAdmin(place.path, '/v1/status', ANSWER_MS);
  switch (answer.kind) {
    case 'answered': {
      const status = answer.status === 200 ? parseRunningStatus(answer.body) : undefined;
      if (status !== undefined) return { ...place, kind: 'answered', status };
      return { ...place, kind: 'unreadable', reason: 'what it says is no status (is it of another version?)' };
    }
    case 'silent':
      return { ...place, kind: 'silent' };
    case 'refused':
      if (platform === 'win32') return undefined;
      // It may have ended by itself meanwhile, in order.
      if (lstatSync(place.path, { throwIfNoEntry: false }) === undefined) return undefined;
      removeSocket(place.path);
      return { ...place, kind: 'dead' };
    case 'failed':
      // Of another user.
      if (answer.code === 'EACCES' || answer.code === 'EPERM') return undefined;
      return { ...place, kind: 'unreadable', reason: answer.code };
    default:
      return answer satisfies never;
  }
}
