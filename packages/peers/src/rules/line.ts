import type { Txt } from '@mdns-ambassador/mdns';
import type { Unknowns } from '@mdns-ambassador/relay/read-value';

/** Told in each first line; either side hangs up on another. */
export const PEER_VERSION = 1;
/** Where peers listen unless said otherwise (CONTRACT 4). */
export const PEER_PORT = 5350;
/** The TXT key that says where an announcer listens (CONTRACT 4). */
export const PEER_TXT_KEY = 'peer';
/** The TXT key that says of which mesh an announcer is (CONTRACT 4). */
export const MESH_TXT_KEY = 'mesh';
/** A line with its end, from whoever has not said hello yet, and after that. */
export const MAX_FIRST_LINE_BYTES = 4_096;
export const MAX_LINE_BYTES: number = 256 * 1_024;
/** Services of one origin. */
export const MAX_SERVICES = 256;
/** What keepers of a mesh have said of its machines, in one line, and the longest of it. */
export const MAX_NOTICES = 512;
export const MAX_NOTICE_LENGTH = 256;
/** Peers told of in one line, and places of each. */
export const MAX_TOLD = 128;
export const MAX_PLACES = 4;

/** Of what one process shows of itself. */
export const MAX_VIEW_LENGTH: number = 64 * 1_024;

/** A place that is dialled: a literal address (link-local IPv6 with its zone) or, where a person wrote it, a name. */
export interface PeerPlace {
  readonly host: string;
  readonly port: number;
}

/** One instance as its announcer tells it: what mDNS says in PTR, SRV, TXT and A/AAAA. */
export interface PeerService {
  /** The raw first label. */
  readonly name: string;
  /** `_redis._tcp` */
  readonly type: string;
  readonly subtypes: readonly string[];
  /** The SRV target: `h1-k3x9.local`. */
  readonly host: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
  readonly txt: Txt;
}

/** Who a node is; the first line of either side. The one who was dialled waits for the other's. */
export interface HelloLine {
  readonly kind: 'hello';
  /** 16 hexadecimal digits, drawn at each start of a process. */
  readonly node: string;
  /** Where it listens; absent: nowhere. */
  readonly port?: number;
  /** Of the program. */
  readonly version: string;
  /** Milliseconds since 1970 by its own clock. */
  readonly wall: number;
  /** The link is for a look alone: one looks, and the other shows itself. A version that does not know it takes it for any link. */
  readonly visit?: true;
}

/** All that an origin announces, in the place of what it announced before. */
export interface StateLine {
  readonly kind: 'state';
  /** The node that announces. */
  readonly origin: string;
  /** Counts up with everything that the origin says. */
  readonly seq: number;
  /** How long ago the teller heard it of the origin, in milliseconds; 0 of the origin itself. */
  readonly age: number;
  /** Where the origin says that it is, literal and without zone; 16 at most. */
  readonly addresses: readonly string[];
  readonly services: readonly PeerService[];
}

/** An origin lives, and announces what this link was told of it last. */
export interface BeatLine {
  readonly kind: 'beat';
  readonly origin: string;
  readonly seq: number;
  readonly age: number;
}

/** An origin has left. */
export interface ByeLine {
  readonly kind: 'bye';
  readonly origin: string;
  readonly seq: number;
}

/** Whom the sender has links with, all of them; told in a mesh alone, where others pass on what it does not hear itself. */
export interface LinksLine {
  readonly kind: 'links';
  readonly nodes: readonly string[];
  /** Whom it knows of beside those, and need not be told of before there is news. */
  readonly heard: readonly string[];
}

/** Whom else the sender has links with, and where they listen; a place in each of which it has reached or seen them itself. */
export interface PeersLine {
  readonly kind: 'peers';
  readonly peers: readonly { readonly node: string; readonly places: readonly PeerPlace[] }[];
  /** Where the sender hears by multicast that somebody listens: the other side may not hear that one. Absent: nowhere. */
  readonly met?: readonly PeerPlace[];
}

/**
 * What the keepers of the mesh have said of its machines, as they signed it: all of it first, right behind the hello, and after that what the other side
 * has neither told nor been told. Nothing where nobody said anything yet, and in open mode.
 */
export interface NoticesLine {
  readonly kind: 'notices';
  /** Stands for all that the sender knows: `7-1f3a9c20`. */
  readonly digest: string;
  readonly notices: readonly string[];
}

/** Somebody looks at the sender's picture of the network. In a mesh it is answered by one {@link ViewLine}, where it comes no more than twice a second. */
interface LookLine {
  readonly kind: 'look';
}

/**
 * Somebody of the mesh looks, and those who listen nowhere can show themselves there: told again every few seconds by who looks, and passed on once, to those
 * who listen nowhere.
 */
interface LookingLine {
  readonly kind: 'looking';
  /** 16 hexadecimal digits, drawn for each look. */
  readonly looker: string;
  /** Literal and without zone; absent where the sender itself looks, at the address that its link comes from. */
  readonly host?: string;
  readonly port: number;
}

/** What the sender shows of itself; absent: what it showed on this link last. Told only to who asks. */
interface ViewLine {
  readonly kind: 'view';
  /** {@link MAX_VIEW_LENGTH} characters of JSON at most. */
  readonly shows?: Unknowns;
}

/** In which ways the one who is asked is to show that it reaches the asker, or hears it. */
export type ExamineWay = 'multicast' | 'hear' | 'dial';

/**
 * Asks the other side to show by each of these ways whether it is reached (`ambassador doctor HOST`). Answered by one {@link FactsLine}, and by one
 * {@link OutcomeLine} for each way within 5 s. One at a time for each link, few in a minute for each address.
 *
 * - `multicast`: it announces the instance `ID` of `_amb-probe._tcp` by mDNS on its links, and withdraws it.
 * - `hear`: it browses for the instance `ID` of that type, which the asker announces meanwhile.
 * - `dial`: it connects to `port` at the address that the asker's link comes from, and nowhere else, and says a {@link DialledLine}.
 */
export interface ExamineLine {
  readonly kind: 'examine';
  /** 16 hexadecimal digits, drawn by the asker. */
  readonly id: string;
  readonly ways: readonly ExamineWay[];
  /** For `dial`. */
  readonly port?: number;
}

/** What the one who is asked is. */
export interface FactsLine {
  readonly kind: 'facts';
  readonly id: string;
  readonly version: string;
  /** `linux`, `darwin`, `win32` ... */
  readonly platform: string;
  /** The public ids of its mesh, the current key's first; empty in open mode. */
  readonly meshes: readonly string[];
  /** Milliseconds since 1970 by its own clock, as it wrote this. */
  readonly wall: number;
  /** The address that the asker's link comes from, as it is seen there: another than the asker's own behind a NAT. */
  readonly asker: string;
}

/** What became of one way. `refused`: it is not done, as `reason` says (too often, or not possible there). */
export interface OutcomeLine {
  readonly kind: 'outcome';
  readonly id: string;
  readonly way: ExamineWay;
  readonly result: 'done' | 'failed' | 'refused';
  /** A code such as ECONNREFUSED, or a sentence; for people. */
  readonly reason?: string;
  /** Names of the interfaces on which `multicast` was sent, or `hear` heard. */
  readonly interfaces?: readonly string[];
}

/** The one line on a connection that `dial` made. */
export interface DialledLine {
  readonly kind: 'dialled';
  readonly id: string;
}

/** The sender ends the link, and why, for people; in a mesh `notice` is what a keeper said when it removed the machine that is refused. */
export interface RefusedLine {
  readonly kind: 'refused';
  readonly reason: string;
  readonly notice?: string;
}

export type PeerLine =
  | LookLine
  | LookingLine
  | ViewLine
  | HelloLine
  | StateLine
  | BeatLine
  | ByeLine
  | LinksLine
  | PeersLine
  | NoticesLine
  | ExamineLine
  | FactsLine
  | OutcomeLine
  | DialledLine
  | RefusedLine;

/** The type of what `examine` has announced, and its instance is the id. */
export const PROBE_TYPE = '_amb-probe._tcp';
