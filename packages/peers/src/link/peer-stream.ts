import type { PeerPlace, RefusedLine } from '../rules/line.ts';

/** Bytes both ways between two nodes, in order. */
export interface PeerStream {
  /** Of the other side: literal, link-local IPv6 with its zone. */
  readonly remoteAddress: string;
  /** Ours, in the same form. */
  readonly localAddress: string;
  /** What was written and has not left yet, in bytes. */
  readonly pending: number;
  /** Begins to read; called once. Nothing of `events` is called before, nor after `destroy`. */
  open(events: PeerStreamEvents): void;
  /** Ignored once it is over. */
  write(text: string): void;
  /** Ends it behind what was written. Resolves when that has left, or can't. */
  close(): Promise<void>;
  /** Ends it at once. */
  destroy(): void;
}

export interface PeerStreamEvents {
  /** The bytes are lent until it returns. */
  data(chunk: Uint8Array): void;
  /** Called once; nothing is called after it. */
  ended(reason: string): void;
}

/** What peer links need of the network. In a mesh every stream is one whose two ends have proved to be members. */
export interface PeerTransport {
  /** Rejects where nobody is reached, or nobody of the mesh; the message is for people. `code` is ECONNREFUSED where the machine is there, and nobody listens. */
  dial(place: PeerPlace, signal: AbortSignal): Promise<PeerStream>;
  /** Rejects where the port can't be had. */
  listen(port: number, receiver: PeerReceiver): Promise<PeerListener>;
}

export interface PeerReceiver {
  /** Asked before anything is done for who comes: the address is a literal one, link-local IPv6 with its zone. */
  mayArrive(address: string): boolean;
  /** `refused`: what it is told, and nothing else; it has shown who it is all the same. */
  onStream(stream: PeerStream, refused?: RefusedLine): void;
  /** Somebody came to show itself, who may have no links: it is a machine of the mesh, and is to be told of nothing. */
  onShown(stream: PeerStream): void;
  /** Who might arrive has not shown that he is a member, and was hung up on; `reason` for people. */
  onStranger(address: string, reason: string): void;
}

export interface PeerListener {
  readonly port: number;
  /** Accepts no more. */
  close(): Promise<void>;
}
