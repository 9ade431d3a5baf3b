import { IncomingMessage } from 'node:http';
import { listTokens, listValues } from './fields.ts';

/**
 * A request that is an upgrade for `node:http` only if it asks for a websocket. Whatever else a client offers to speak instead (h2c,
 * as Java's client does with every first request) may be ignored by a server (RFC 9110 7.8), and must be here: requests in it
 * would carry no credentials.
 */
export class IncomingRequest extends IncomingMessage {
  /** As the parser has it. Not private: it is written before this class' own part exists. */
  asked: unknown;

  get upgrade(): boolean {
    if (this.asked !== true) return false;
    return this.method === 'CONNECT' || this.#isWebsocket();
  }

  /** `node:http` says here what the parser has found. */
  set upgrade(value: unknown) {
    this.asked = value;
  }

  #isWebsocket(): boolean {
    const offered = listTokens(listValues(this.rawHeaders, 'upgrade'));
    return this.method === 'GET' && offered.length === 1 && offered[0] === 'websocket';
  }
}
