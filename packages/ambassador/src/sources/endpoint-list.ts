import { formatPlace, isHost, isPort, type Place, parsePlace } from '@mdns-ambassador/relay';
import { isMap, isScalar, isSeq, LineCounter, type Node, type ParsedNode, parseDocument } from 'yaml';
import { AmbassadorError } from '../ambassador-error.ts';

/** One entry of a list of endpoints. */
export interface ListedPlace extends Place {
  readonly priority: number;
  readonly weight: number;
  readonly instance?: string;
}

/** More are not used (pool/merge.ts). */
const MAX_ENTRIES = 256;
/** RFC 2782: 16 bits. */
const HIGHEST_RANK = 65_535;
/** RFC 1035 2.3.4: the longest label. */
const LONGEST_INSTANCE_BYTES = 63;
/** Characters of a value, in a sentence about it. */
const LONGEST_QUOTE = 100;
const KEYS = ['address', 'port', 'priority', 'weight', 'instance'] as const;
type ListKey = (typeof KEYS)[number];

const FORM = 'a list of "HOST:PORT" or { address, port, priority, weight, instance }';

/** Ends the parse with a sentence about this node. */
type Refuse = (node: Node | null | undefined, sentence: string) => never;

/**
 * Parses a list of endpoints, YAML or JSON: texts `HOST:PORT`, or objects with `address` and `port`, and `priority`, `weight` and
 * `instance` where wanted. Throws an {@link AmbassadorError} that names the file, the line, the value and what to write.
 */
export function parseEndpointList(text: string, path: string): readonly ListedPlace[] {
  const lines = new LineCounter();
  const refuseAt = (offset: number, sentence: string): never => {
    throw new AmbassadorError('BAD_ENDPOINT_LIST', `${path}:${lines.linePos(offset).line}: ${sentence}`);
  };
  const refuse: Refuse = (node, sentence) => refuseAt(node?.range?.[0] ?? 0, sentence);
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    refuseAt(error.pos[0], `this is neither YAML nor JSON (${error.message.split('\n')[0]}); write ${FORM}`);
  }
  const list = document.contents;
  if (list === null || (isScalar(list) && list.value === null)) {
    return refuseAt(0, 'there is nothing in it; write [] if there is no endpoint');
  }
  if (!isSeq<ParsedNode>(list)) return refuse(list, `this is no list; write ${FORM}`);
  if (list.items.length > MAX_ENTRIES) {
    return refuse(list.items[MAX_ENTRIES], `there are ${list.items.length} endpoints; write ${MAX_ENTRIES} at most`);
  }
  const firstLines = new Map<string, number>();
  return list.items.map((item) => {
    const place = readItem(item, refuse);
    const key = place.instance ?? formatPlace(place.host, place.port);
    const first = firstLines.get(key);
    if (first !== undefined) refuse(item, `${quote(key)} stands in line ${first} already; write it once`);
    firstLines.set(key, lines.linePos(item.range[0]).line);
    return place;
  });
}

function readItem(item: ParsedNode, refuse: Refuse): ListedPlace {
  if (isScalar(item) && typeof item.value === 'string')
    return { ...readPlace(item.value, item, refuse), priority: 0, weight: 0 };
  if (!isMap(item)) return refuse(item, `${quote(item)} is no endpoint; write "HOST:PORT" or { address, port }`);
  const values = new Map<ListKey, Node | null>();
  for (const { key, value } of item.items) {
    const name = isScalar(key) ? String(key.value) : '';
    const known = KEYS.find((candidate) => candidate === name);
    if (known === undefined) return refuse(key, `${quote(name)} is no key here; write one of ${KEYS.join(', ')}`);
    values.set(known, value);
  }
  const host = readScalar(values.get('address'));
  if (host === undefined) refuse(item, 'this endpoint has no address; write address: 10.0.0.1 or a host name');
  if (typeof host !== 'string' || !isHost(host)) {
    return refuse(values.get('address'), `${quote(host)} is no address; write one such as 10.0.0.1, or a host name`);
  }
  const port = readScalar(values.get('port'));
  if (port === undefined) refuse(item, 'this endpoint has no port; write port: 6379 or the like');
  if (typeof port !== 'number' || !isPort(port)) {
    return refuse(values.get('port'), `${quote(port)} is no port; write a number from 1 to 65535`);
  }
  const instance = readInstance(values.get('instance'), refuse);
  return {
    host,
    port,
    priority: readRank(values.get('priority'), 'priority', refuse),
    weight: readRank(values.get('weight'), 'weight', refuse),
    ...(instance === undefined ? {} : { instance }),
  };
}

function readPlace(text: string, node: Node, refuse: Refuse): Place {
  return parsePlace(text.trim()) ?? refuse(node, explainBadPlace(text));
}

function explainBadPlace(text: string): string {
  return `${JSON.stringify(text.slice(0, LONGEST_QUOTE))} is not HOST:PORT: write e.g. 10.0.0.1:6379, db.example.com:5432 or [fd00::1]:6379`;
}

function readRank(node: Node | null | undefined, key: 'priority' | 'weight', refuse: Refuse): number {
  const value = readScalar(node);
  if (value === undefined) return 0;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= HIGHEST_RANK) return value;
  return refuse(node, `${quote(value)} is no ${key}; write a number from 0 to ${HIGHEST_RANK}`);
}

function readInstance(node: Node | null | undefined, refuse: Refuse): string | undefined {
  const value = readScalar(node);
  if (value === undefined) return undefined;
  if (typeof value === 'string' && value !== '' && Buffer.byteLength(value) <= LONGEST_INSTANCE_BYTES) return value;
  return refuse(node, `${quote(value)} is no instance name; write a text of 1 to ${LONGEST_INSTANCE_BYTES} bytes`);
}

/** Undefined where nothing is written; null for what is no scalar. */
function readScalar(node: Node | null | undefined): unknown {
  if (node === undefined) return undefined;
  return isScalar(node) ? node.value : null;
}

/** As it is written, as far as it fits into a sentence. */
function quote(value: unknown): string {
  const text = write(value);
  return text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}...` : text;
}

function write(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return 'what is written here';
  }
}
