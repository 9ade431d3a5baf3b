import { join } from 'node:path';
import { systemClock } from '@mdns-ambassador/mdns';
import type { Mesh } from '@mdns-ambassador/mesh';
import { errorMessage } from '@mdns-ambassador/relay';
import { nameStateFolder } from '../machine/seed.ts';
import { keepNotices } from '../network/notices.ts';
import { keepRoster } from '../network/roster.ts';
import { describeStanding } from '../output/notice-lines.ts';
import type { Reporter } from '../output/reporter.ts';
import type { Surroundings } from '../process/surroundings.ts';
import { watchFile } from './watch-file.ts';

/** Any file of the folder is looked at. */
const WATCHED = 'notices';

type MachineNotice = 'machine-removed' | 'machine-restored';

/**
 * Takes over what other processes of this machine hear that keepers have said, tells of it, and keeps who is met. The returned function ends
 * it.
 */
export function followNotices(
  mesh: Mesh,
  surroundings: Pick<Surroundings, 'env' | 'platform'>,
  reporter: Reporter,
): () => void {
  const folder = nameStateFolder(surroundings.env, surroundings.platform);
  const store = keepNotices(mesh, surroundings, (error) => {
    const reason = errorMessage(error);
    reporter.tell(`who is removed is not kept in ${folder}, and is to be heard again after a restart: ${reason}`, {
      event: 'notices-not-kept',
      reason,
    });
  });
  const roster = keepRoster(mesh, surroundings);
  let before = mesh.notices.list;
  const unlisten = mesh.notices.onChange(() => {
    const { list } = mesh.notices;
    for (const { machine, name } of list.listRemoved()) {
      if (!before.isRemoved(machine)) tell('machine-removed', machine, name);
    }
    for (const { machine, name } of before.listRemoved()) {
      if (!list.isRemoved(machine)) tell('machine-restored', machine, name);
    }
    before = list;
  });
  const tell = (event: MachineNotice, machine: string, name: string): void => {
    tellStanding(reporter, event, { machine, name }, isOwn(mesh, machine));
  };
  const unload = mesh.onChange(() => store.load());
  const unwatch = watchFile(
    join(folder, WATCHED),
    systemClock,
    () => store.load(),
    (reason) => reporter.tell(undefined, { event: 'notices-unwatched', reason }),
  );
  return () => {
    unwatch();
    unload();
    unlisten();
    store.close();
    roster.close();
  };
}

/** Where this machine was removed as a former run heard, which is no change: what tells of it. Undefined where it was not. */
export function findOwnRemoval(mesh: Mesh, reporter: Reporter): (() => void) | undefined {
  const { removal } = mesh;
  return removal === undefined ? undefined : () => tellStanding(reporter, 'machine-removed', removal, true);
}

function isOwn(mesh: Mesh, machine: string): boolean {
  return mesh.self?.keyIds.includes(machine) === true;
}

function tellStanding(
  reporter: Reporter,
  event: MachineNotice,
  { machine, name }: { readonly machine: string; readonly name: string },
  isSelf: boolean,
): void {
  reporter.tell(describeStanding(event, name, isSelf), { event, machine, name, ...(isSelf ? { self: true } : {}) });
}
