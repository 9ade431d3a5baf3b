import type { Socket } from 'node:net';
import { dial, type Leg, type Listener, listen, resetLeg, splice } from '@mdns-ambassador/relay';
import { CliError } from '../../exit/cli-error.ts';
import { EXIT_UNAVAILABLE } from '../../exit/exit-codes.ts';
import { findRunning, type Running } from '../../process/running.ts';
import { describeNothing } from '../../process/running-lines.ts';
import type { RuntimeSurroundings } from '../../process/runtime-folder.ts';
import { waitForAbort } from '../../process/stopping.ts';
import type { Surroundings } from '../../process/surroundings.ts';

/** A browser opens six at a time; what it shows follows the events. */
const MAX_CONNECTIONS = 64;
const DIAL_MS = 2_000;

/** Puts the page of a process that runs here at a port of localhost, until the command is stopped; of another when that one has ended. */
export async function servePage(runtime: RuntimeSurroundings, { stdout, shutdown }: Surroundings): Promise<void> {
  let shown = await choose(runtime);
  const reach = async (): Promise<Socket> => {
    try {
      return await dial({ kind: 'unix', path: shown.path }, { timeoutMs: DIAL_MS });
    } catch {
      shown = await choose(runtime);
      return dial({ kind: 'unix', path: shown.path }, { timeoutMs: DIAL_MS });
    }
  };
  const open = new Set<Leg>();
  const carry = async (client: Socket): Promise<void> => {
    client.on('error', () => undefined);
    open.add(client);
    try {
      const process = (await reach()).on('error', () => undefined);
      await splice(client, process).finished;
    } catch {
      // Nothing runs any more: the browser says so.
      resetLeg(client);
    } finally {
      open.delete(client);
    }
  };
  const listener: Listener = await listen({
    at: { kind: 'tcp', address: '127.0.0.1', port: 0 },
    maxConnections: MAX_CONNECTIONS,
    onConnection: (client) => void carry(client),
  });
  const { address } = listener;
  const port = address.kind === 'tcp' ? address.port : 0;
  stdout.line(`the page is at http://127.0.0.1:${port}/ for as long as this runs`);
  await waitForAbort(shutdown.signal);
  for (const client of open) resetLeg(client);
  await listener.stop();
}

/** Rejects with a CliError where nothing runs. */
async function choose(runtime: RuntimeSurroundings): Promise<Running> {
  const running = await findRunning(runtime);
  const found = running.find(({ kind }) => kind === 'answered');
  if (found === undefined) throw new CliError(EXIT_UNAVAILABLE, describeNothing(runtime));
  return found;
}
