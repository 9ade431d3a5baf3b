import { isMachineName } from '@mdns-ambassador/mesh';
import { CliError } from '../../exit/cli-error.ts';
import { EXIT_OK, EXIT_REFUSED, EXIT_USAGE } from '../../exit/exit-codes.ts';
import { escapeText } from '../../output/escape.ts';
import { findMachine } from './machines.ts';
import { type RingTask, requireKeeper, withMesh } from './mesh-task.ts';
import { report } from './remove.ts';
import { sayOf } from './spread.ts';

/** `mesh rename NAME NEW` */
export async function renameMachine(word: string, name: string, task: RingTask): Promise<number> {
  const keys = requireKeeper(task, 'renames machines');
  if (!isMachineName(name)) {
    throw new CliError(
      EXIT_USAGE,
      `"${escapeText(name)}" is no machine name; use 1 to 32 of a-z, 0-9 and -, such as toms-laptop`,
    );
  }
  return withMesh(task, async (open) => {
    const { machines } = open.known();
    const { keyId, name: before } = findMachine(word, machines);
    const taken = machines.find((machine) => machine.name === name);
    if (taken !== undefined && taken.keyId !== keyId) {
      throw new CliError(EXIT_REFUSED, `another machine is called ${name}; names are of one machine each`);
    }
    report(`${before} is called ${name} now`, await sayOf(open, keys, { kind: 'named', machine: keyId, name }), open);
    return EXIT_OK;
  });
}
