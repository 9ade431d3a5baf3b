import {
  isCount,
  isObject,
  isPort,
  isTextUpTo,
  parseObject,
  readList,
  readTextUpTo,
  type Unknowns,
} from '@mdns-ambassador/relay/read-value';
import {
  type ExamineLine,
  type ExamineWay,
  MAX_NOTICE_LENGTH,
  MAX_NOTICES,
  MAX_PLACES,
  MAX_SERVICES,
  MAX_TOLD,
  MAX_VIEW_LENGTH,
  type OutcomeLine,
  PEER_VERSION,
  type PeerLine,
  type PeerPlace,
} from './line.ts';
import { describeService, readService } from './service-text.ts';

const MAX_ADDRESSES = 16;
/** The longest literal address with a zone. */
const MAX_ADDRESS_LENGTH = 80;
const MAX_HOST_LENGTH = 255;
const MAX_VERSION_LENGTH = 64;
const MAX_REASON_LENGTH = 512;
const MAX_DIGEST_LENGTH = 32;
const MAX_NODES = 256;
const MAX_INTERFACES = 32;
const MAX_MESHES = 4;
const NODE = /^[0-9a-f]{16}$/;
const WAYS: readonly ExamineWay[] = ['multicast', 'hear', 'dial'];
const RESULTS: readonly OutcomeLine['result'][] = ['done', 'failed', 'refused'];

/** What a line is, or why it is none. `unknown`: of a later version of the program, to be passed over. */
export type LineReading =
  | { readonly kind: 'line'; readonly line: PeerLine }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'malformed'; readonly reason: string };

const MALFORMED: LineReading = { kind: 'malformed', reason: 'it is no line of a peer' };

/** With its end. */
export function encodeLine(line: PeerLine): string {
  switch (line.kind) {
    case 'hello':
    case 'dialled':
      return write({ v: PEER_VERSION, ...line });
    case 'state':
      return write({ ...line, services: line.services.map(describeService) });
    default:
      return write(line);
  }
}

/** `text` without its end. Never throws; what makes no sense within a list is left out of it. */
export function decodeLine(text: string): LineReading {
  const value = parseObject(text);
  if (value === undefined) return MALFORMED;
  if (value.v !== undefined && value.v !== PEER_VERSION) {
    return { kind: 'malformed', reason: `it speaks another version than ${PEER_VERSION}` };
  }
  const { kind } = value;
  if (typeof kind !== 'string') return MALFORMED;
  const read = Object.hasOwn(READERS, kind) ? READERS[kind as PeerLine['kind']] : undefined;
  if (read === undefined) return { kind: 'unknown' };
  const line = read(value);
  return line === undefined ? MALFORMED : { kind: 'line', line };
}

const READERS: Readonly<Record<PeerLine['kind'], (value: Unknowns) => PeerLine | undefined>> = {
  hello: ({ v, node, port, version, wall, visit }) => {
    if (v !== PEER_VERSION || !isNode(node) || !isTextUpTo(version, MAX_VERSION_LENGTH) || !isCount(wall)) {
      return undefined;
    }
    return {
      kind: 'hello',
      node,
      version,
      wall,
      ...(isPort(port) ? { port } : {}),
      ...(visit === true ? { visit } : {}),
    };
  },
  state: ({ origin, seq, age, addresses, services }) => {
    const known = readList(services, MAX_SERVICES, readService);
    const literal = readList(addresses, MAX_ADDRESSES, readTextUpTo(MAX_ADDRESS_LENGTH));
    if (!isNode(origin) || !isCount(seq) || !isCount(age) || known === undefined || literal === undefined) {
      return undefined;
    }
    return { kind: 'state', origin, seq, age, addresses: literal, services: known };
  },
  beat: ({ origin, seq, age }) =>
    isNode(origin) && isCount(seq) && isCount(age) ? { kind: 'beat', origin, seq, age } : undefined,
  bye: ({ origin, seq }) => (isNode(origin) && isCount(seq) ? { kind: 'bye', origin, seq } : undefined),
  links: ({ nodes, heard }) => {
    const readNode = (node: unknown): string | undefined => (isNode(node) ? node : undefined);
    const linked = readList(nodes, MAX_NODES, readNode);
    const others = readList(heard ?? [], MAX_NODES, readNode);
    return linked === undefined || others === undefined ? undefined : { kind: 'links', nodes: linked, heard: others };
  },
  peers: ({ peers, met }) => {
    const known = readList(peers, MAX_TOLD, readPeer);
    const places = readList(met, MAX_TOLD, readPlace);
    if (known === undefined) return undefined;
    return { kind: 'peers', peers: known, ...(places === undefined ? {} : { met: places }) };
  },
  notices: ({ digest, notices }) => {
    const known = readList(notices, MAX_NOTICES, readTextUpTo(MAX_NOTICE_LENGTH));
    if (!isTextUpTo(digest, MAX_DIGEST_LENGTH) || known === undefined) return undefined;
    return { kind: 'notices', digest, notices: known };
  },
  look: () => ({ kind: 'look' }),
  looking: ({ looker, host, port }) => {
    if (!isNode(looker) || !isPort(port) || (host !== undefined && !isTextUpTo(host, MAX_ADDRESS_LENGTH)))
      return undefined;
    return { kind: 'looking', looker, port, ...(host === undefined ? {} : { host }) };
  },
  view: ({ shows }) => {
    if (shows === undefined) return { kind: 'view' };
    if (!isObject(shows) || JSON.stringify(shows).length > MAX_VIEW_LENGTH) return undefined;
    return { kind: 'view', shows };
  },
  examine: readExamine,
  facts: ({ id, version, platform, meshes, wall, asker }) => {
    const ids = readList(meshes, MAX_MESHES, (mesh) => (isNode(mesh) ? mesh : undefined));
    if (!isNode(id) || !isTextUpTo(version, MAX_VERSION_LENGTH) || !isTextUpTo(platform, MAX_VERSION_LENGTH)) {
      return undefined;
    }
    if (ids === undefined || !isCount(wall) || !isTextUpTo(asker, MAX_ADDRESS_LENGTH)) return undefined;
    return { kind: 'facts', id, version, platform, meshes: ids, wall, asker };
  },
  outcome: ({ id, way, result, reason, interfaces }) => {
    const known = WAYS.find((each) => each === way);
    const became = RESULTS.find((each) => each === result);
    if (!isNode(id) || known === undefined || became === undefined) return undefined;
    const names = readList(interfaces, MAX_INTERFACES, readTextUpTo(MAX_HOST_LENGTH));
    return {
      kind: 'outcome',
      id,
      way: known,
      result: became,
      ...(isTextUpTo(reason, MAX_REASON_LENGTH) ? { reason } : {}),
      ...(names === undefined ? {} : { interfaces: names }),
    };
  },
  dialled: ({ v, id }) => (v === PEER_VERSION && isNode(id) ? { kind: 'dialled', id } : undefined),
  refused: ({ reason, notice }) => ({
    kind: 'refused',
    reason: typeof reason === 'string' ? reason.slice(0, MAX_REASON_LENGTH) : 'no reason given',
    ...(isTextUpTo(notice, MAX_NOTICE_LENGTH) ? { notice } : {}),
  }),
};

function readExamine({ id, ways, port }: Unknowns): ExamineLine | undefined {
  const known = readList(ways, WAYS.length, (way) => WAYS.find((each) => each === way));
  if (!isNode(id) || known === undefined) return undefined;
  return { kind: 'examine', id, ways: [...new Set(known)], ...(isPort(port) ? { port } : {}) };
}

function readPeer(value: unknown): { readonly node: string; readonly places: readonly PeerPlace[] } | undefined {
  if (!isObject(value) || !isNode(value.node)) return undefined;
  const places = readList(value.places, MAX_PLACES, readPlace);
  return places === undefined || places.length === 0 ? undefined : { node: value.node, places };
}

function readPlace(value: unknown): PeerPlace | undefined {
  if (!isObject(value)) return undefined;
  const { host, port } = value;
  return isTextUpTo(host, MAX_ADDRESS_LENGTH) && host !== '' && isPort(port) ? { host, port } : undefined;
}

/** 16 hexadecimal digits, as `drawId` draws them. */
function isNode(value: unknown): value is string {
  return typeof value === 'string' && NODE.test(value);
}

function write(value: object): string {
  return `${JSON.stringify(value)}\n`;
}
