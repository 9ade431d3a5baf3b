/** Past-tense facts about links, for the log and the status; `reason` and `address` may hold what the network said. */
export type PeerEvent =
  | { readonly kind: 'peer-linked'; readonly node: string; readonly address: string; readonly links: number }
  | {
      readonly kind: 'peer-lost';
      readonly node: string;
      readonly address: string;
      readonly reason: string;
      readonly links: number;
    }
  /** A place that somebody named can't be reached. Once, until it was. */
  | { readonly kind: 'peer-failed'; readonly place: string; readonly reason: string }
  /** Somebody was not let in. Not told for every one of a crowd. */
  | { readonly kind: 'peer-refused'; readonly address: string; readonly reason: string }
  /** The port that was wanted can't be had, and this one is in its place (undefined: none); told again when that is another. `reason`: of the last failure. */
  | { readonly kind: 'peer-port'; readonly port: number | undefined; readonly wanted: number; readonly reason: string };

/** One link, as the status shows it. */
export interface PeerLinkStatus {
  readonly node: string;
  readonly address: string;
  /** Of the program at the other side. */
  readonly version: string;
  /** By how much its clock was ahead of ours when the link began, in milliseconds. */
  readonly clockAheadMs: number;
  readonly services: number;
  /** Stands for what it knows of what keepers of the mesh have said; undefined while it has told nothing of it. */
  readonly notices: string | undefined;
}

/** Since the node was made. */
export interface PeerCounters {
  readonly linesReceived: number;
  readonly bytesReceived: number;
  readonly linesSent: number;
  readonly bytesSent: number;
  /** Lines that nobody can read, and those of kinds that this version does not know. */
  readonly malformed: number;
  readonly unknown: number;
  /** What a peer said of another and was not believed. */
  readonly foreign: number;
  /** Origins for which there was no room, and links that were refused. */
  readonly refusedOrigins: number;
  readonly refusedLinks: number;
}
