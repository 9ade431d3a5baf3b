import { isCount, isObject, isPort, isTextUpTo, readList, readTextUpTo } from '@mdns-ambassador/relay/read-value';
import {
  ANNOUNCEMENT_STATES,
  type AnnouncementView,
  ENDPOINT_STATES,
  type EndpointView,
  type Snapshot,
} from '../snapshot.ts';

/** Of each list. What one process shows is bounded by them, and by {@link MAX_VIEW_BYTES}. */
const MAX_ANNOUNCED = 256;
const MAX_PROXIED = 128;
const MAX_ENDPOINTS = 128;
const MAX_PLACES = 8;
const MAX_TEXT = 255;
/** As JSON. What is beyond it is left out, the longest list first. */
export const MAX_VIEW_BYTES: number = 64 * 1_024;

const ID = /^[0-9a-f]{16}$/;
const readText = readTextUpTo(MAX_TEXT);
const MODES = ['open', 'mesh'] as const;

export type ShownEndpointState = EndpointView['state'];

/** What runs, and where: the same for as long as a process runs. */
export interface ShownIdentity {
  /** 16 hexadecimal digits, drawn at each start. */
  readonly id: string;
  readonly machine: {
    /** 16 hexadecimal digits, the same for all processes of a machine. */
    readonly id: string;
    readonly name: string;
    /** `linux`, `darwin`, `win32` ... */
    readonly platform: string;
    /** Literal, without zone. */
    readonly addresses: readonly string[];
  };
  readonly version: string;
  readonly mode: (typeof MODES)[number];
}

/** What a process shows of itself to whom may look: to its own user on the machine and, in a mesh, to members. */
export interface ShownProcess extends ShownIdentity {
  readonly announced: readonly AnnouncedView[];
  readonly proxied: readonly ProxiedView[];
}

export type AnnouncedView = Pick<AnnouncementView, 'service' | 'instance' | 'type' | 'port' | 'state'>;

export interface ProxiedView {
  readonly service: string;
  readonly listen: readonly string[];
  /** Since its start, both ways. */
  readonly bytes: number;
  readonly endpoints: readonly UsedEndpoint[];
}

/** An endpoint that a proxy knows. */
export interface UsedEndpoint {
  readonly instance?: string;
  readonly address: string;
  readonly port: number;
  readonly state: ShownEndpointState;
  /** Connections that are open. */
  readonly active: number;
  /** Connections since its start. */
  readonly total: number;
  readonly failures: number;
  /** Both ways; absent where the engine knows no bytes of single endpoints. */
  readonly bytes?: number;
}

/** What is shown of a process, bounded. */
export function showProcess(identity: ShownIdentity, snapshot: Snapshot): ShownProcess {
  const { announcements, services } = snapshot;
  let view: ShownProcess = {
    ...identity,
    announced: announcements
      .slice(0, MAX_ANNOUNCED)
      .map(({ service, instance, type, port, state }) => ({ service, instance, type, port, state })),
    proxied: services.slice(0, MAX_PROXIED).map(({ service, listen, endpoints, bytesUp, bytesDown }) => ({
      service,
      listen: listen.slice(0, MAX_PLACES),
      bytes: bytesUp + bytesDown,
      endpoints: endpoints.slice(0, MAX_ENDPOINTS).map(showEndpoint),
    })),
  };
  while (JSON.stringify(view).length > MAX_VIEW_BYTES / 4) view = halve(view);
  return view;
}

function showEndpoint(endpoint: EndpointView): UsedEndpoint {
  const { instance, address, port, state, active, total, failures, bytesUp, bytesDown } = endpoint;
  const isCounted = bytesUp !== undefined && bytesDown !== undefined;
  return {
    ...(instance === undefined ? {} : { instance }),
    address,
    port,
    state,
    active,
    total,
    failures,
    ...(isCounted ? { bytes: bytesUp + bytesDown } : {}),
  };
}

/** JSON of ASCII alone may be four times as long as its characters. */
function halve(view: ShownProcess): ShownProcess {
  const longest = Math.max(view.announced.length, ...view.proxied.map(({ endpoints }) => endpoints.length));
  if (longest <= 1) return { ...view, proxied: view.proxied.slice(0, view.proxied.length / 2), announced: [] };
  const most = Math.floor(longest / 2);
  return {
    ...view,
    announced: view.announced.slice(0, most),
    proxied: view.proxied.map((one) => ({ ...one, endpoints: one.endpoints.slice(0, most) })),
  };
}

/** What another process says that it is; undefined for what is none. What makes no sense within a list is left out. Never throws. */
export function readShownProcess(value: unknown): ShownProcess | undefined {
  if (!isObject(value)) return undefined;
  const { id, machine, version, mode, announced, proxied } = value;
  const knownMode = MODES.find((each) => each === mode);
  if (!isId(id) || !isObject(machine) || !isText(version) || knownMode === undefined) return undefined;
  const { id: machineId, name, platform, addresses } = machine;
  if (!isId(machineId) || !isText(name) || name === '' || !isText(platform)) return undefined;
  return {
    id,
    machine: { id: machineId, name, platform, addresses: readList(addresses, MAX_PLACES, readText) ?? [] },
    version,
    mode: knownMode,
    announced: readList(announced, MAX_ANNOUNCED, readAnnounced) ?? [],
    proxied: readList(proxied, MAX_PROXIED, readProxied) ?? [],
  };
}

function readAnnounced(value: unknown): AnnouncedView | undefined {
  if (!isObject(value)) return undefined;
  const { service, instance, type, port, state } = value;
  const known = ANNOUNCEMENT_STATES.find((each) => each === state);
  if (!isText(service) || !isText(instance) || !isText(type) || !isPort(port) || known === undefined) return undefined;
  return { service, instance, type, port, state: known };
}

function readProxied(value: unknown): ProxiedView | undefined {
  if (!isObject(value)) return undefined;
  const { service, listen, bytes, endpoints } = value;
  if (!isText(service) || !isCount(bytes)) return undefined;
  return {
    service,
    listen: readList(listen, MAX_PLACES, readText) ?? [],
    bytes,
    endpoints: readList(endpoints, MAX_ENDPOINTS, readEndpoint) ?? [],
  };
}

function readEndpoint(value: unknown): UsedEndpoint | undefined {
  if (!isObject(value)) return undefined;
  const { instance, address, port, state, active, total, failures, bytes } = value;
  const known = ENDPOINT_STATES.find((each) => each === state);
  if (!isText(address) || !isPort(port) || known === undefined) return undefined;
  if (!isCount(active) || !isCount(total) || !isCount(failures)) return undefined;
  return {
    ...(isText(instance) ? { instance } : {}),
    address,
    port,
    state: known,
    active,
    total,
    failures,
    ...(isCount(bytes) ? { bytes } : {}),
  };
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && ID.test(value);
}

function isText(value: unknown): value is string {
  return isTextUpTo(value, MAX_TEXT);
}
