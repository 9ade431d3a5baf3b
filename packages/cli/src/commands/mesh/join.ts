import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { systemClock } from '@mdns-ambassador/mdns';
import {
  createKeyFile,
  createMachineKey,
  describeMay,
  foldMachineName,
  formatJoinRequest,
  isMachineName,
  type MachineKey,
  type Membership,
  MeshError,
  parseMembership,
} from '@mdns-ambassador/mesh';
import { ElsewhereError, type InvitationCode, InvitationError, join } from '@mdns-ambassador/mesh/invitation';
import { dial, formatPlace, RelayError } from '@mdns-ambassador/relay';
import { CliError, InvalidValue } from '../../exit/cli-error.ts';
import { EXIT_OK, EXIT_REFUSED, EXIT_UNAVAILABLE } from '../../exit/exit-codes.ts';
import { JOIN_PORT, type JoinPlace, parseJoinPlace } from '../../network/join-place.ts';
import { createLocalNetwork, describeNoNetwork, readInterfaceNames, startNode } from '../../network/local-network.ts';
import { readRemembered, rememberPeer } from '../../network/peers.ts';
import { escapeSentence, escapeText } from '../../output/escape.ts';
import { describeInterface, joinWords, quoteHint } from '../../output/phrases.ts';
import { parsePeer } from '../../parse/peer.ts';
import { openLog } from '../../process/log-options.ts';
import type { Surroundings } from '../../process/surroundings.ts';
import { explainMeshErrors } from '../../requests/mesh-request.ts';
import type { Settings } from '../../settings/settings.ts';
import { askCode } from './ask-code.ts';
import { findInviters, type Inviter, type InviterOrigin, mayBeInviter } from './find-inviter.ts';
import { FoundInviters } from './found-inviters.ts';
import { describeRefusal, describeUnreached } from './join-lines.ts';
import type { MeshTask } from './mesh-task.ts';
import { findRemembered, isWordOfInviter } from './remembered-inviters.ts';
import { type JoinedMesh, type JoinOutcome, tryInviters } from './try-inviters.ts';

/** By then one is mostly found. */
const HINT_MS = 4_000;
const DIAL_TIMEOUT_MS = 4_000;

/** `ambassador mesh join`: becomes a member of the mesh of who gave the code. `words`: of the code; none: it is asked for. */
export async function joinMesh(words: readonly string[], task: MeshTask): Promise<number> {
  const { path, settings, surroundings } = task;
  const { stdout, shutdown } = surroundings;
  const name = settings.read('name', parseMachineName) ?? foldMachineName(hostname());
  const named = listNamed(settings);
  if (existsSync(path)) {
    throw new CliError(
      EXIT_REFUSED,
      `this machine has a mesh key already, in ${path}, which is left as it is: ambassador mesh show says of which mesh; move it away to join another`,
    );
  }
  const code = await askCode(words, surroundings);
  if (code === undefined) return tellStopped(task);
  const key = createMachineKey();
  const found = named.length > 0 ? undefined : new FoundInviters(systemClock);
  const tries = found === undefined ? named : search(found, code, settings, surroundings);
  const outcome = await tryInviters(tries, {
    signal: shutdown.signal,
    tryOne: (inviter) => tryInviter(inviter.places, code, { key, name, task, origin: inviter.origin }),
    onFailed: () => found?.noteFailure(),
    onNext: ({ reason }, inviter) =>
      stdout.line(`no: ${escapeSentence(reason)}; trying ${escapeText(inviter.name)}, too`),
  });
  if (outcome?.kind === 'joined') {
    rememberInviter(outcome, surroundings);
    tellJoined(outcome.membership, task);
    return EXIT_OK;
  }
  if (shutdown.signal.aborted) return tellStopped(task);
  if (outcome !== undefined) {
    throw new CliError(outcome.exitCode, `this machine has joined nothing: ${escapeSentence(outcome.reason)}`);
  }
  throw new CliError(
    EXIT_UNAVAILABLE,
    `nobody invites by number ${code.number} on this network; look at the code once more, or say where the other machine is with --at HOST (it shows the address)`,
  );
}

function tellStopped({ surroundings }: MeshTask): number {
  surroundings.stdout.line('stopped: this machine has joined nothing');
  return EXIT_OK;
}

function parseMachineName(text: string): string {
  if (isMachineName(text)) return text;
  throw new InvalidValue(
    `"${text}" is no name of a machine: use 1 to 32 of a-z, 0-9 and -, such as ${foldMachineName(text)}`,
  );
}

/** `--at`, else the peers: one of them invites, or knows who does. */
function listNamed(settings: Settings): readonly Inviter[] {
  const at = settings.read('at', parseJoinPlace);
  if (at !== undefined) return [{ name: formatPlace(at.host, at.port), places: [at], origin: 'at' }];
  return settings
    .readEach('peer', parsePeer)
    .map(({ host }) => ({ name: formatPlace(host, JOIN_PORT), places: [{ host, port: JOIN_PORT }], origin: 'peer' }));
}

/** Those who invite by this number on the link, as they are found; where none is soon, who was met before and may know of one, too. */
async function* search(
  found: FoundInviters,
  code: InvitationCode,
  settings: Settings,
  surroundings: Surroundings,
): AsyncGenerator<Inviter> {
  const { stdout, platform, shutdown } = surroundings;
  const log = openLog(settings, surroundings);
  const local = createLocalNetwork(readInterfaceNames(settings, platform), platform, (event) => {
    log.debug(event, event.kind);
  });
  const stopHint = systemClock.after(HINT_MS, () => {
    if (!found.isEmpty) return;
    const hosts = readRemembered(surroundings).map(({ host }) => host);
    void findRemembered(hosts, shutdown.signal).then((inviters) => found.add(...inviters));
    stdout.line(
      describeNoNetwork(local) ??
        'not found yet; where multicast does not go, stop this and add --at HOST (the other machine shows it)',
    );
  });
  try {
    await startNode(local);
    const noNetwork = describeNoNetwork(local);
    if (noNetwork !== undefined) throw new CliError(EXIT_UNAVAILABLE, noNetwork);
    const where = joinWords(local.network.interfaces().map(describeInterface));
    stdout.line(`looking for invitation ${code.number} on ${where} ...`);
    findInviters(local, code.number, (inviter) => found.add(inviter));
    yield* found.follow(shutdown.signal);
  } finally {
    stopHint();
    await local.node.close();
  }
}

interface Applicant {
  readonly key: MachineKey;
  readonly name: string;
  readonly task: MeshTask;
  readonly origin: InviterOrigin;
}

/** At the first of these places that answers. */
async function tryInviter(
  places: readonly JoinPlace[],
  code: InvitationCode,
  applicant: Applicant,
): Promise<JoinOutcome> {
  const { key, name, task, origin } = applicant;
  const { path, surroundings } = task;
  const { stdout, shutdown, platform } = surroundings;
  let hasProved = false;
  const fail = (reason: string, exitCode: number): JoinOutcome => ({ kind: 'failed', reason, exitCode, hasProved });
  let failure = fail('it has no address here', EXIT_UNAVAILABLE);
  for (const { host, port } of places) {
    try {
      const target = { kind: 'tcp', address: host, port } as const;
      const socket = await dial(target, { timeoutMs: DIAL_TIMEOUT_MS, signal: shutdown.signal });
      socket.on('error', () => undefined);
      const place = formatPlace(host, port);
      stdout.line(
        origin === 'remembered'
          ? `asking ${place}, which this machine has met before, who invites by number ${code.number} ...`
          : `asking ${place} to be let in as ${name} ...`,
      );
      const stop = (): unknown => socket.destroy();
      shutdown.signal.addEventListener('abort', stop, { once: true });
      let membership: Membership | undefined;
      await join(socket, {
        code,
        clock: systemClock,
        randomBytes,
        onProve: () => {
          hasProved = true;
        },
        compose: (context) => formatJoinRequest(key, name, context),
        keep: (text) => {
          membership = keepMembership(path, key, text, platform);
        },
      }).finally(() => shutdown.signal.removeEventListener('abort', stop));
      if (membership !== undefined) return { kind: 'joined', membership, host };
    } catch (error) {
      if (error instanceof ElsewhereError && origin !== 'link' && mayBeInviter(error.place)) {
        const { host: inviter, port: at } = error.place;
        stdout.line(
          `${formatPlace(host, port)} says that ${formatPlace(inviter, at)} invites by number ${code.number}`,
        );
        return tryInviter([error.place], code, { ...applicant, origin: 'link' });
      }
      if (error instanceof InvitationError) {
        if (origin === 'remembered' && !isWordOfInviter(error.code)) return { kind: 'no-inviter', hasProved };
        const exitCode = error.code === 'ended' ? EXIT_UNAVAILABLE : EXIT_REFUSED;
        return fail(describeRefusal(error, origin), exitCode);
      }
      if (!(error instanceof RelayError)) throw error;
      if (origin === 'remembered') return { kind: 'no-inviter', hasProved };
      failure = fail(describeUnreached(error.code, { host, port }, origin), EXIT_UNAVAILABLE);
    }
  }
  return failure;
}

/** Throws a CliError where it can't be kept, and the InvitationError of an inviter that gave none. */
function keepMembership(path: string, key: MachineKey, text: string, platform: NodeJS.Platform): Membership {
  const membership = readMembership(text);
  if (membership.keyId !== key.id)
    throw new InvitationError('malformed', 'what the inviter gave is another machine\u2019s');
  explainMeshErrors(() => createKeyFile(path, { kind: 'member', key, membership }, platform));
  return membership;
}

function readMembership(text: string): Membership {
  try {
    return parseMembership(text);
  } catch (error) {
    if (!(error instanceof MeshError)) throw error;
    throw new InvitationError('malformed', error.message);
  }
}

/** Where multicast does not go, they find each other by that. Peers are who may use the whole mesh. */
function rememberInviter({ membership, host }: JoinedMesh, surroundings: Surroundings): void {
  const [{ meshId, identity }] = membership.parts;
  if (identity.may.kind === 'all') rememberPeer(host, meshId, surroundings);
}

function tellJoined(membership: Membership, { path, isUsual, surroundings }: MeshTask): void {
  const { stdout, platform } = surroundings;
  const [{ meshId, identity }] = membership.parts;
  const until = new Date(identity.expiresAt).toISOString().slice(0, 10);
  stdout.line(`this machine is ${identity.machine} in mesh ${meshId} now: it may ${describeMay(identity.may)}`);
  stdout.line(`Its key is in ${path}: keep it secret, and copy it nowhere. It is good until ${until}.`);
  const option = isUsual ? '' : ` --mesh-key-file ${quoteHint(path, platform)}`;
  const { may } = identity;
  const [announced = may.kind === 'all' ? 'redis' : undefined] = may.kind === 'all' ? [] : may.announce;
  const [proxied = may.kind === 'all' ? 'redis' : undefined] = may.kind === 'all' ? [] : may.proxy;
  stdout.line('Then, for example:');
  if (announced !== undefined) stdout.line(`  ambassador announce ${announced}${option}`);
  if (proxied !== undefined) stdout.line(`  ambassador proxy ${proxied}${option}`);
}
