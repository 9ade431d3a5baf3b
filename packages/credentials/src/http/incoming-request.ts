import { IncomingMessage } from 'node:http';
import { listTokens, listValues } from './fields.ts';

const asksForUpgrade: unique symbol = Symbol('asks for upgrade');

/**
 * A request that is an upgrade for `node:http` only if it asks for a websocket. Whatever else a client offers to speak instead (h2c,
 * as Java's client does with every first request) may be ignored by a server (RFC 9110 7.8), and must be here: requests in it
 * would carry no credentials.
 */
export class IncomingRequest extends IncomingMessage {
  [asksForUpgrade]: unknown;

  get upgrade(): boolean {
    if (this[asksForUpgrade] !== true) return false;
    return this.method === 'CONNECT' || this.#isWebsocket();
  }

  /** `node:http` says here what the parser has found. */
  set upgrade(value: unknown) {
    this[asksForUpgrade] = value;
  }

  #isWebsocket(): boolean {
    const offered = listTokens(listValues(this.rawHeaders, 'upgrade'));
    return this.method === 'GET' && offered.length === 1 && offered[0] === 'websocket';
  }
}
