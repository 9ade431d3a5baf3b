import { randomBytes, randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { Socket } from 'node:net';
import { type NodeEvent, systemClock } from '@mdns-ambassador/mdns';
import {
  createKeyFile,
  describeMay,
  type Grant,
  type KeyRing,
  listMeshIds,
  type May,
  MeshKey,
  readGrants,
} from '@mdns-ambassador/mesh';
import { createCode, Invitation } from '@mdns-ambassador/mesh/invitation';
import type { PeerEvent } from '@mdns-ambassador/peers';
import { errorCode, type OpenPort, stripZone } from '@mdns-ambassador/relay';
import { CliError } from '../../exit/cli-error.ts';
import { EXIT_OK, EXIT_REFUSED, EXIT_UNAVAILABLE, EXIT_USAGE } from '../../exit/exit-codes.ts';
import { formatJoinPlace, JOIN_PORT, JOIN_TYPE, listJoinPlaces, NUMBER_KEY } from '../../network/join-place.ts';
import { openJoinPort } from '../../network/join-port.ts';
import { createLocalNetwork, type LocalNetwork, readInterfaceNames, startNode } from '../../network/local-network.ts';
import { rememberPeer } from '../../network/peers.ts';
import { describeFault } from '../../output/fault-lines.ts';
import { joinWords } from '../../output/phrases.ts';
import { printQr } from '../../output/qr.ts';
import { parseDuration } from '../../parse/duration.ts';
import { openLog } from '../../process/log-options.ts';
import type { Surroundings } from '../../process/surroundings.ts';
import { explainMeshErrors, readKeys } from '../../requests/mesh-request.ts';
import { readPeerRequest } from '../../requests/peer-request.ts';
import type { Settings } from '../../settings/settings.ts';
import { Doorkeeper } from './doorkeeper.ts';
import { describeFailure, describeJoined, describeWhile, tellInvitationEvents } from './invite-lines.ts';
import { type MeshTask, requireKeeper } from './mesh-task.ts';
import { listNamed } from './named-services.ts';

const KEY_BYTES = 32;
const DEFAULT_LIFETIME_MS = 600_000;
const SHORTEST_LIFETIME_MS = 10_000;

/** `ambassador mesh invite`: lets one machine in that knows the code. */
export async function inviteMachine({ path, settings, surroundings }: MeshTask): Promise<number> {
  const { stdout, stderr, platform, shutdown, faults } = surroundings;
  const may = readMay(settings);
  const lifetimeMs = settings.read('for', (text) => parseDuration(text, SHORTEST_LIFETIME_MS)) ?? DEFAULT_LIFETIME_MS;
  const interfaces = readInterfaceNames(settings, platform);
  const ring = prepareKey(path, surroundings);
  const [meshId = ''] = listMeshIds(ring);
  faults.survive((error) => stderr.line(`ambassador: ${describeFault(error)}`));
  const log = openLog(settings, surroundings);
  const doorkeeper = new Doorkeeper({ ring, readAgain: () => readKeys(path, surroundings), may, surroundings });
  const debug = (event: NodeEvent | PeerEvent): void => log.debug(event, event.kind);
  const request = readPeerRequest(settings);
  const { mesh } = doorkeeper;
  const peers = { request, surroundings, mesh, announces: true, meetsAll: true, onEvent: debug };
  const local = createLocalNetwork(interfaces, platform, debug, { peers });
  const describeEvent = tellInvitationEvents();
  const code = createCode(randomInt);
  const invitation = new Invitation({
    code,
    clock: systemClock,
    lifetimeMs,
    randomBytes,
    onRequest: (request, context, from) => doorkeeper.answer(request, context, from),
    onEvent: (event) => {
      const line = describeEvent(event);
      if (line !== undefined) stdout.line(line);
    },
  });
  const { port, close } = await listenForJoiners(local, (socket) =>
    invitation.accept(socket, stripZone(socket.remoteAddress ?? '')),
  );
  try {
    const isHeard = await startToTell(local, code.number, port, surroundings);
    const places = listJoinPlaces(local.network.interfaces(), port);
    const [place = formatJoinPlace('HOST', port)] = places;
    stdout.line(`On the other machine type, within ${describeWhile(lifetimeMs)}:`);
    stdout.line('');
    stdout.line('  ', stdout.style.bold(`ambassador mesh join ${code.text}${isHeard ? '' : ` --at ${place}`}`));
    stdout.line('');
    if (places.length > 0 && printQr(stdout, `ambassador mesh join ${code.text} --at ${place}`)) {
      stdout.line('A camera there reads the same line from this picture, with the address of this machine.');
      stdout.line('');
    }
    const taken = port === JOIN_PORT ? '' : ` (another program has TCP port ${JOIN_PORT} here)`;
    const ways = joinWords(places.length === 0 ? [place] : places, 'or');
    if (isHeard) stdout.line(`Where multicast does not go, add --at ${ways}${taken}.`);
    else if (places.length > 1)
      stdout.line(`This machine is at ${ways}${taken}: write the one that the other machine reaches.`);
    stdout.line(`It is let into mesh ${meshId} and may ${describeMay(may)}. Waiting for it ...`);
    shutdown.signal.addEventListener('abort', () => invitation.close(), { once: true });
    if (shutdown.signal.aborted) invitation.close();
    const end = await invitation.ended;
    switch (end.kind) {
      case 'joined':
        if (may.kind === 'all') rememberPeer(end.from, meshId, surroundings);
        stdout.line(describeJoined(doorkeeper.machine, meshId, may, end));
        return EXIT_OK;
      case 'closed':
        stdout.line('the invitation is over: nobody was let in');
        return EXIT_OK;
      case 'guessed':
      case 'expired':
        throw new CliError(end.kind === 'guessed' ? EXIT_REFUSED : EXIT_UNAVAILABLE, describeFailure(end, lifetimeMs));
      default:
        return end satisfies never;
    }
  } finally {
    invitation.close();
    doorkeeper.close();
    await Promise.all([close(), local.node.close()]);
  }
}

/** What the machine may do: all, unless services are named. */
function readMay(settings: Settings): May {
  const grants = (['announce', 'proxy'] as const).flatMap((role) =>
    listNamed(settings, role).map((service): Grant => ({ role, service })),
  );
  if (grants.length === 0) return { kind: 'all' };
  const may = readGrants(grants);
  if (may !== undefined) return may;
  throw new CliError(EXIT_USAGE, `${grants.length} services are named; name fewer, or none for the whole mesh`);
}

/** The key of the mesh; where there is none yet, there is one afterwards. Throws a CliError where the key is no keeper's. */
function prepareKey(path: string, surroundings: Surroundings): KeyRing {
  const { platform, stdout } = surroundings;
  if (!existsSync(path)) {
    const fresh: KeyRing = { kind: 'keys', current: new MeshKey(randomBytes(KEY_BYTES)) };
    explainMeshErrors(() => createKeyFile(path, fresh, platform));
    stdout.line(`mesh ${listMeshIds(fresh)[0]} is new: its key is in ${path}, and makes this machine its keeper`);
  }
  const ring = explainMeshErrors(() => readKeys(path, surroundings));
  return requireKeeper({ ring, path }, 'lets machines in');
}

/** On the port that whoever is told a host alone dials, else on any. */
async function listenForJoiners({ network }: LocalNetwork, onSocket: (socket: Socket) => void): Promise<OpenPort> {
  return openJoinPort(network, onSocket).catch((error: unknown) => {
    if (errorCode(error) === 'EADDRINUSE') return openJoinPort(network, onSocket, 0);
    throw error;
  });
}

/** By peer links, and by mDNS, where it can be used; else it is said that it can't, and the invitation goes on. */
async function startToTell(
  local: LocalNetwork,
  number: number,
  port: number,
  { stderr }: Surroundings,
): Promise<boolean> {
  const txt = new Map([
    ['txtvers', Buffer.from('1')],
    [NUMBER_KEY, Buffer.from(String(number))],
  ]);
  const service = { name: `invitation ${number}`, type: JOIN_TYPE, port, txt };
  const host = `invitation-${number}.local`;
  local.peers?.announce(JOIN_TYPE, { ...service, host, subtypes: [], priority: 0, weight: 0 });
  try {
    await startNode(local);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    stderr.line(`ambassador: ${error.message}`);
    await local.peers?.start();
    return false;
  }
  local.mdns.publish(service);
  return local.network.interfaces().length > 0;
}
