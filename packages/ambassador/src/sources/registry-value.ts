import { formatPlace, isHost, isPort, type Place, parsePlace } from '@mdns-ambassador/relay';
import { isRank } from '@mdns-ambassador/relay/read-value';

/** Who is written down in one entry of a registry. */
export interface RegisteredPlace extends Place {
  readonly priority: number;
  /** Absent where none is written. */
  readonly weight?: number;
  /** Its name for people. */
  readonly instance?: string;
  readonly labels: ReadonlyMap<string, string>;
  /** It asks for no new connections. */
  readonly isDraining: boolean;
}

export type RegisteredValue =
  | { readonly kind: 'place'; readonly place: RegisteredPlace }
  /** Its owner says that it is not in service. */
  | { readonly kind: 'idle' }
  | { readonly kind: 'bad'; readonly reason: string };

type ValueFields = Readonly<Record<string, unknown>>;

/** RFC 1035 2.3.4: the longest label. */
const LONGEST_INSTANCE_BYTES = 63;
const MAX_LABELS = 64;
const FORM = '{"host","port"}, {"serviceEndpoint":{"host","port"}} or HOST:PORT';

/**
 * Reads what nerve and our own registrar write (`{"host","port","name","weight","labels"}`), Twitter's serversets
 * (`{"serviceEndpoint":{"host","port"},"status"}`), or `HOST:PORT` as registrator does. Never throws.
 */
export function readRegisteredValue(text: string): RegisteredValue {
  const trimmed = text.trim();
  if (!trimmed.startsWith('{')) return readPlain(trimmed);
  let document: unknown;
  try {
    document = JSON.parse(trimmed);
  } catch {
    return { kind: 'bad', reason: 'it is no JSON' };
  }
  const fields = document as ValueFields;
  const serverset = fields.serviceEndpoint;
  if (typeof serverset === 'object' && serverset !== null) return readServerset(fields, serverset as ValueFields);
  return readFields(fields, fields, false);
}

function readPlain(text: string): RegisteredValue {
  const place = parsePlace(text.trim());
  if (place === undefined) return { kind: 'bad', reason: `it is not ${FORM}` };
  return { kind: 'place', place: { ...place, priority: 0, labels: new Map(), isDraining: false } };
}

/** com.twitter.thrift.Status: who is not ALIVE or WARNING is not to be used. */
function readServerset(fields: ValueFields, endpoint: ValueFields): RegisteredValue {
  const { status } = fields;
  switch (status) {
    case undefined:
    case 'ALIVE':
    case 'WARNING':
      return readFields(endpoint, fields, false);
    case 'STOPPING':
      return readFields(endpoint, fields, true);
    default:
      return { kind: 'idle' };
  }
}

function readFields({ host, port }: ValueFields, about: ValueFields, isLeaving: boolean): RegisteredValue {
  const number = typeof port === 'string' && /^\d{1,5}$/.test(port) ? Number(port) : port;
  if (typeof host !== 'string' || !isHost(host)) return { kind: 'bad', reason: 'it names no host' };
  if (typeof number !== 'number' || !isPort(number)) return { kind: 'bad', reason: 'it names no port' };
  const labels = readLabels(about.labels);
  const instance = readInstance(about.name, { host, port: number });
  return {
    kind: 'place',
    place: {
      host,
      port: number,
      priority: isRank(about.priority) ? about.priority : 0,
      ...(isRank(about.weight) ? { weight: about.weight } : {}),
      ...(instance === undefined ? {} : { instance }),
      labels,
      isDraining: isLeaving || labels.get('st') === 'drain',
    },
  };
}

function readInstance(value: unknown, place: Place): string | undefined {
  if (typeof value !== 'string' || value === '' || value === formatPlace(place.host, place.port)) return undefined;
  return Buffer.byteLength(value) <= LONGEST_INSTANCE_BYTES ? value : undefined;
}

function readLabels(value: unknown): ReadonlyMap<string, string> {
  if (typeof value !== 'object' || value === null) return new Map();
  return new Map(
    Object.entries(value)
      .slice(0, MAX_LABELS)
      .flatMap(([key, label]): readonly [string, string][] => (isWritable(label) ? [[key, String(label)]] : [])),
  );
}

/** Whoever may write an entry may write anything into it. */
function isWritable(label: unknown): boolean {
  return isScalar(label) || (Array.isArray(label) && label.every(isScalar));
}

function isScalar(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
