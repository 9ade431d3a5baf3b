import { isIP } from 'node:net';
import {
  askOnce,
  type Clock,
  type Instance,
  type LinkCheck,
  type OneShot,
  readService,
  readTxtText,
} from '@mdns-ambassador/mdns';
import { PROBE_TYPE } from '@mdns-ambassador/peers';
import type { Neighbour } from '../../../network/neighbours.ts';
import type { RunProgram } from '../../../network/run-program.ts';
import type { Facts } from '../machine/facts.ts';
import type { Survey } from '../machine/survey.ts';
import type { DefaultRoute } from '../system/default-route.ts';
import type { OsNetwork } from '../system/os-network.ts';
import type { PeerAnswer } from './ask-peer.ts';
import type { HostAnswer, HostEvidence, HostService, MulticastTry, Path, TcpTry, UdpTry } from './evidence.ts';
import { findPath, isOwnAddress } from './path.ts';
import { tryPort } from './try-ports.ts';

/** What many machines have: ssh, a web server, shared folders. A refusal shows as well that TCP gets there. */
const KNOWN_PORTS: readonly number[] = [22, 80, 445];
/** Any port of a router's does. */
const GATEWAY_PORT = 80;
const MOST_ANNOUNCED = 8;
const MOST_SERVICE_PORTS = 4;
const MESH_ID = /^[0-9a-f]{16}$/;

/** What was asked of the other machine while the links were looked at. */
export interface HostAnswers {
  readonly path: Path;
  readonly known: readonly TcpTry[];
  readonly gateway: TcpTry | undefined;
  readonly unicast: OneShot;
  readonly multicast: OneShot | undefined;
}

export interface AskOptions {
  readonly address: string;
  readonly peerPort: number;
  readonly network: OsNetwork;
  /** Interfaces that mDNS is spoken on. */
  readonly usable: ReadonlySet<string>;
  readonly defaultRoute: DefaultRoute | 'none' | undefined;
  readonly clock: Clock;
  readonly durationMs: number;
  /** Multicast is asked from when this resolves. */
  readonly listening: Promise<void>;
}

/** Asks by every way at once; takes `durationMs`, or as long as a connection takes to fail. Never rejects. */
export async function askHost(options: AskOptions): Promise<HostAnswers> {
  const { address, peerPort, network, usable, defaultRoute, clock, durationMs, listening } = options;
  const path = await findPath(address, network);
  const family = isIP(address.replace(/%.*$/, '')) === 6 ? 'IPv6' : 'IPv4';
  const on =
    path.kind === 'via' && usable.has(path.interfaceName)
      ? network.find(({ name }) => name === path.interfaceName)
      : undefined;
  const gateway = typeof defaultRoute === 'object' ? defaultRoute.gateway : undefined;
  const [known, gatewayTry, unicast, multicast] = await Promise.all([
    Promise.all([tryPort(address, peerPort, 'peers'), ...KNOWN_PORTS.map((port) => tryPort(address, port, 'known'))]),
    gateway === undefined || gateway === address ? undefined : tryPort(gateway, GATEWAY_PORT, 'known'),
    askOnce({ to: { kind: 'host', address, family }, clock, durationMs }),
    on === undefined
      ? undefined
      : listening.then(() => askOnce({ to: { kind: 'group', on, family }, clock, durationMs })),
  ]);
  return { path, known, gateway: gatewayTry, unicast, multicast };
}

/** The services that the other machine announces, by the addresses that stand in their records. */
export function findAnnounced(survey: Survey | undefined, address: string): readonly HostService[] {
  const literal = address.replace(/%.*$/, '');
  const isThere = ({ type, addresses }: Instance): boolean =>
    type.toLowerCase() !== PROBE_TYPE &&
    addresses.some((one) => one.address.replace(/%.*$/, '') === literal && !one.isFromThisHost);
  return (survey?.instances ?? [])
    .filter(isThere)
    .slice(0, MOST_ANNOUNCED)
    .map(({ type, name, port, txt }) => {
      const meshId = readTxtText(txt, 'mesh');
      return {
        service: readService({ type, txt }),
        instance: name,
        port,
        meshId: meshId !== undefined && MESH_ID.test(meshId) ? meshId : undefined,
      };
    });
}

/** Connects to where its services are said to be. Never rejects. */
export async function tryServices(address: string, announced: readonly HostService[]): Promise<readonly TcpTry[]> {
  const ports = [...new Set(announced.map(({ port }) => port))].slice(0, MOST_SERVICE_PORTS);
  return Promise.all(ports.map((port) => tryPort(address, port, 'service')));
}

/** Everything that evidence is made of. */
export interface GatheredHost
  extends Pick<HostEvidence, 'host' | 'announced' | 'doesSystemReach' | 'meshIds' | 'version'> {
  readonly address: string;
  readonly network: OsNetwork;
  readonly facts: Facts;
  readonly answers: HostAnswers;
  readonly services: readonly TcpTry[];
  readonly neighbours: readonly Neighbour[] | undefined;
  readonly peer: PeerAnswer;
}

/** Puts together what was found out. Pure. */
export function composeEvidence(gathered: GatheredHost): HostEvidence {
  const { network, facts, answers, services, neighbours, peer: answer, ...given } = gathered;
  const { address, announced } = given;
  const { path, unicast, multicast } = answers;
  const literal = address.replace(/%.*$/, '');
  const interfaceName = path.kind === 'via' ? path.interfaceName : '';
  const heard = listHeard(facts.links, interfaceName);
  const said = heard.find((one) => one.address === literal);
  const route = facts.defaultRoute;
  const gateway = typeof route === 'object' ? route.gateway : undefined;
  const peer = answer.kind === 'told' ? answer.report : undefined;
  const isHeard = said !== undefined || announced.length > 0 || peer?.isHeard === true;
  return {
    ...given,
    platform: facts.platform,
    isOwnAddress: isOwnAddress(address, network),
    path,
    neighbour: readNeighbour(neighbours, literal, facts.platform),
    gateway:
      gateway === undefined
        ? 'none'
        : judgeGateway(answers.gateway, readNeighbour(neighbours, gateway, facts.platform)),
    othersOnLink: heard.filter((one) => one.address !== literal && one.address !== gateway).length,
    tcp: [
      ...answers.known.filter(({ use }) => use === 'peers'),
      ...services,
      ...answers.known.filter(({ use }) => use === 'known'),
    ],
    udp: readUdp(unicast),
    toHost: readMulticast(multicast, literal, said?.isPrompt === true),
    fromHost: multicast === undefined ? 'untried' : isHeard ? 'heard' : 'silent',
    hearsItself: hearsItself(facts.links, interfaceName, isIP(literal) === 6 ? 'IPv6' : 'IPv4'),
    withheld: facts.withheld,
    isWireless: facts.interfaces.some((one) => one.name === interfaceName && one.isWireless),
    profile: facts.profiles?.find((one) => one.interfaceName === interfaceName)?.category,
    container: facts.container,
    isBehindWindows: facts.isBehindWindows,
    peer,
    peerRefusal: answer.kind === 'refused' ? answer.reason : undefined,
    isTranslated: peer !== undefined && !isOwnAddress(peer.seenAs, network),
  };
}

/** macOS: what its own ping says, where we are told that there is no way. Never rejects. */
export async function askSystem(
  address: string,
  { known, path }: HostAnswers,
  platform: NodeJS.Platform,
  run: RunProgram,
): Promise<boolean | undefined> {
  const isDoubtful =
    (path.kind === 'none' && path.code === 'EHOSTUNREACH') ||
    known.some(({ outcome }) => outcome.kind === 'failed' && outcome.code === 'EHOSTUNREACH');
  if (platform !== 'darwin' || !isDoubtful) return undefined;
  return (await run('/sbin/ping', ['-c', '1', '-t', '2', address])) !== undefined;
}

function listHeard(
  links: readonly LinkCheck[],
  interfaceName: string,
): readonly { readonly address: string; readonly isPrompt: boolean }[] {
  return links.flatMap((link) =>
    link.interfaceName === interfaceName && link.outcome.kind === 'open' ? link.outcome.heard : [],
  );
}

function hearsItself(links: readonly LinkCheck[], name: string, family: string): boolean | undefined {
  const link = links.find((one) => one.interfaceName === name && one.family === family);
  return link?.outcome.kind === 'open' ? link.outcome.hearsItself : undefined;
}

/** Windows does not list who does not answer. */
function readNeighbour(
  neighbours: readonly Neighbour[] | undefined,
  address: string,
  platform: NodeJS.Platform,
): HostAnswer {
  const found = neighbours?.find((one) => one.address === address);
  if (found === undefined)
    return platform === 'win32' && neighbours !== undefined && isIP(address) === 4 ? 'silent' : 'unknown';
  return found.state === 'silent' ? 'silent' : found.state === 'fresh' ? 'answers' : 'unknown';
}

function judgeGateway(tried: TcpTry | undefined, neighbour: HostAnswer): HostAnswer {
  if (tried?.outcome.kind === 'connected' || tried?.outcome.kind === 'refused') return 'answers';
  return neighbour;
}

function readUdp(shot: OneShot): UdpTry {
  if (shot.answeredBy.length > 0) return { kind: 'answered' };
  if (shot.isRefused) return { kind: 'refused' };
  return shot.errorCode === undefined ? { kind: 'silent' } : { kind: 'failed', code: shot.errorCode };
}

/** Who answers by multicast at once was asked as well. */
function readMulticast(shot: OneShot | undefined, literal: string, isPrompt: boolean): MulticastTry {
  if (shot === undefined) return { kind: 'untried' };
  if (isPrompt || shot.answeredBy.includes(literal)) return { kind: 'answered' };
  return shot.errorCode === undefined ? { kind: 'silent' } : { kind: 'failed', code: shot.errorCode };
}
