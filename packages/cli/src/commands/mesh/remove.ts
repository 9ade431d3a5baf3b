import { CliError } from '../../exit/cli-error.ts';
import { EXIT_OK, EXIT_REFUSED } from '../../exit/exit-codes.ts';
import { findMachine } from './machines.ts';
import { type OpenMesh, type RingTask, requireKeeper, withMesh } from './mesh-task.ts';
import { describeTold, sayOf, type Told, tellAll } from './spread.ts';

/** `mesh remove NAME`: everybody who can be reached refuses the machine from now on. */
export async function removeMachine(word: string, task: RingTask): Promise<number> {
  const keys = requireKeeper(task, 'removes machines');
  return withMesh(task, async (open) => {
    const { list } = open.mesh.notices;
    const removed = list.listRemoved().map((notice) => ({ ...notice, keyId: notice.machine }));
    const { machines } = open.known();
    if (!machines.some(({ name }) => name === word.toLowerCase())) {
      const before = removed.find(({ name, keyId }) => name === word.toLowerCase() || keyId === word.toLowerCase());
      if (before !== undefined) {
        report(`${before.name} was removed before`, await tellAll(open, before.keyId), open);
        return EXIT_OK;
      }
    }
    const { keyId, name, kind, isSelf } = findMachine(word, machines);
    if (isSelf) {
      throw new CliError(EXIT_REFUSED, `${name} is this machine; remove it where another keeper is`);
    }
    if (!list.hasRoom) {
      throw new CliError(
        EXIT_REFUSED,
        'so many machines were removed from this mesh that no more can be; make a new key, which none of them has, with mesh rotate',
      );
    }
    report(
      `${name} is removed from the mesh`,
      await sayOf(open, keys, { kind: 'removed', machine: keyId, name }),
      open,
    );
    if (kind === 'keeper') {
      open.stdout.line(
        `${name} is a keeper: it has the mesh key, and with it can come back under another name, and undo this. Make a new key with ambassador mesh rotate, and copy it to the others alone`,
      );
    }
    return EXIT_OK;
  });
}

/** `mesh remove --undo NAME`: it is in the mesh again, until what it has of it ends. */
export async function restoreMachine(word: string, task: RingTask): Promise<number> {
  const keys = requireKeeper(task, 'lets machines in again');
  return withMesh(task, async (open) => {
    const removed = open.mesh.notices.list.listRemoved().map((notice) => ({ ...notice, keyId: notice.machine }));
    const { keyId, name } = findMachine(word, removed, 'that was removed');
    report(`${name} is in the mesh again`, await sayOf(open, keys, { kind: 'restored', machine: keyId, name }), open);
    return EXIT_OK;
  });
}

/** What was said, and who has heard it. */
export function report(news: string, told: Told, { trouble, stdout }: OpenMesh): void {
  const { head, lines } = describeTold(told);
  stdout.line(`${news}: ${head}`);
  for (const line of lines) stdout.line(line);
  if (trouble !== undefined) stdout.line(`${trouble} (this machine keeps it, and tells whom it meets)`);
}
