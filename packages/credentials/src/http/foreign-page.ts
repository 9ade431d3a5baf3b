import { isIP } from 'node:net';
import { listValues, type RawFields } from './fields.ts';

/** Whose requests may act as the user of the credentials, beside those that no web page can send. */
export interface Audience {
  /** Names by which the port may be called: `api.example.com`, `*.example.com`, or `*` for any. */
  readonly hosts: readonly string[];
  /** Origins of other sites whose pages may ask: `https://app.example.com`, or `*` for any. */
  readonly origins: readonly string[];
}

/** What decides about one request. */
export interface PageRequest {
  readonly method?: string | undefined;
  readonly rawHeaders: RawFields;
}

/** Names that public DNS has not (RFC 6761 6.3, ICANN's board 2024.07.29.06), so that nobody can point them elsewhere. */
const PRIVATE_NAME = /(?:^|\.)(?:localhost|internal)$/;
/** A browser takes a name whose last label is a number for an address (WHATWG URL, "ends in a number"). */
const NUMBER_AT_END = /(?:^|\.)(?:\d+|0x[\da-f]*)$/;
const MAX_SHOWN = 100;

/**
 * Why a request is not passed on with credentials, for people; undefined when it is. A page on the web can make a browser connect
 * here: under a name of its own that it points at this port (DNS rebinding: Host tells), or across sites (Sec-Fetch-Site tells, or
 * Origin where a browser says no more). A link that somebody follows is welcome.
 */
export function findForeign({ method, rawHeaders }: PageRequest, { hosts, origins }: Audience): string | undefined {
  const told = readTold(rawHeaders);
  const { host, origin, site } = told;
  if (host !== undefined && !isKnownHost(host, hosts)) {
    const name = nameOf(host) ?? host;
    return `this port does not go by the name "${show(name)}"; call it localhost or by its address, or add the name to hosts: of the credentials`;
  }
  if (origins.includes('*') || (origin !== undefined && origins.includes(origin.toLowerCase()))) return undefined;
  if (site === 'same-origin' || site === 'none') return undefined;
  if (site === undefined && (origin === undefined || isOwnOrigin(origin, host ?? ''))) return undefined;
  if (site !== undefined && isFollowedLink(method, told)) return undefined;
  if (origin === undefined) {
    return `pages of other sites may not ask for this (Sec-Fetch-Site: ${show(site ?? '')}); add their origin to origins: of the credentials, and have them fetch it with CORS`;
  }
  return `pages of "${show(origin)}" may not ask for this; if they are to act as the user of the credentials, add it to origins: there`;
}

interface FetchMetadata {
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly site: string | undefined;
  readonly mode: string | undefined;
  readonly destination: string | undefined;
}

function readTold(fields: RawFields): FetchMetadata {
  const readLast = (name: string): string | undefined => listValues(fields, name).at(-1);
  const readAll = (name: string): string | undefined =>
    readLast(name) === undefined ? undefined : listValues(fields, name).join(', ');
  return {
    host: readLast('host'),
    origin: readAll('origin'),
    site: readAll('sec-fetch-site'),
    mode: readLast('sec-fetch-mode'),
    destination: readLast('sec-fetch-dest'),
  };
}

/** A name of one label is no public one either: it is the host file's, Compose's, or this network's. */
function isKnownHost(host: string, hosts: readonly string[]): boolean {
  if (hosts.includes('*')) return true;
  const name = nameOf(host);
  if (name === undefined) return false;
  if (!name.includes('.') || isIP(name) !== 0) return true;
  return PRIVATE_NAME.test(name) || NUMBER_AT_END.test(name) || hosts.some((known) => matches(name, known));
}

function matches(name: string, known: string): boolean {
  const pattern = known.toLowerCase();
  return pattern.startsWith('*.') ? name.endsWith(pattern.slice(1)) : name === pattern;
}

/** Without port, brackets and the root's dot; undefined for what is no host. */
function nameOf(host: string): string | undefined {
  const { address, name } = /^(?:\[(?<address>[^\]]*)\]|(?<name>[^:]*?)\.?)(?::\d*)?$/.exec(host)?.groups ?? {};
  if (address !== undefined) return isIP(address) === 0 ? undefined : address;
  return name?.toLowerCase();
}

/** Whether a page was loaded from where it asks now. */
function isOwnOrigin(origin: string, host: string): boolean {
  const { scheme, authority } = /^(?<scheme>https?):\/\/(?<authority>.+)$/i.exec(origin)?.groups ?? {};
  if (scheme === undefined || authority === undefined) return false;
  const port = scheme.toLowerCase() === 'https' ? '443' : '80';
  return withPort(authority, port) === withPort(host, port);
}

function withPort(authority: string, port: string): string {
  const lower = authority.toLowerCase();
  return /:\d+$/.test(lower) ? lower : `${lower}:${port}`;
}

/** As SameSite=Lax of cookies (RFC 6265bis 5.5): it is the person who asks, and the page that sent them sees no answer. */
function isFollowedLink(method: string | undefined, { origin, mode, destination }: FetchMetadata): boolean {
  return (
    (method === 'GET' || method === 'HEAD') && origin === undefined && mode === 'navigate' && destination === 'document'
  );
}

function show(text: string): string {
  return text.replace(/[^\x21-\x7e]/g, '?').slice(0, MAX_SHOWN);
}
