import type { Leg } from '../leg.ts';
import type { ConnectionEnds } from './header.ts';

const ends: unique symbol = Symbol('ends');

/** A client: a `net.Socket`, which has no address on a unix socket, or a stream over one. */
export interface ClientLeg extends Leg {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
  [ends]?: ConnectionEnds | undefined;
}

/** From now on the client counts as one that has connected like this. */
export function setClientEnds(client: ClientLeg, told: ConnectionEnds | undefined): void {
  client[ends] = told;
}

/** What was told of the client by who forwards it; undefined where nothing was. */
export function toldEndsOf(client: ClientLeg): ConnectionEnds | undefined {
  return client[ends];
}

/** How the client has connected, by what was told or else by its socket; undefined where nobody knows. */
export function clientEndsOf(client: ClientLeg): ConnectionEnds | undefined {
  const { [ends]: told, remoteAddress, remotePort, localAddress, localPort } = client;
  if (told !== undefined) return told;
  if (remoteAddress === undefined || remotePort === undefined) return undefined;
  if (localAddress === undefined || localPort === undefined) return undefined;
  return {
    source: { address: remoteAddress, port: remotePort },
    destination: { address: localAddress, port: localPort },
  };
}
