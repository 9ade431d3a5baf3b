import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Leg, splice } from '@mdns-ambassador/relay';
import type { Back } from './bridge.ts';
import { carryResponse, type ExchangeContext, startRequest } from './exchange.ts';
import { forwardResponseFields } from './fields.ts';

const UPGRADE_FIELDS = ['Connection', 'Upgrade', 'Upgrade', 'websocket'] as const;

/** What such a request has need of. */
export interface UpgradeContext extends ExchangeContext {
  /** The service has agreed: nothing is HTTP from here on. */
  onAgreed(): void;
  /** Its response was sent, and is the last one. */
  onDeclined(): void;
}

/**
 * Asks the service for a websocket in the client's place. Where it agrees, the two are spliced; where it does not, its response is
 * the last one on this connection. `head` is what the client has already said beyond its request.
 */
export function carryUpgrade(
  incoming: IncomingMessage,
  head: Buffer,
  back: Back,
  leg: Leg,
  context: UpgradeContext,
): void {
  const outgoing = startRequest(incoming, context, UPGRADE_FIELDS);
  outgoing.maxHeadersCount = 0;
  context.listen(outgoing, 'upgrade', (answer: IncomingMessage, _socket: Duplex, answerHead: Buffer) => {
    context.onAgreed();
    back.write(encodeSwitch(answer));
    if (head.length > 0) back.unshift(head);
    if (answerHead.length > 0) leg.unshift(answerHead);
    splice(back, leg);
  });
  context.listen(outgoing, 'response', (answer: IncomingMessage) => carryDecline(answer, incoming, back, context));
  context.listen(outgoing, 'error', context.onBroken);
  outgoing.end();
}

function encodeSwitch({ rawHeaders, statusMessage = '' }: IncomingMessage): Buffer {
  const fields = [...forwardResponseFields(rawHeaders, false), ...UPGRADE_FIELDS];
  const lines = fields.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${fields[index + 1] ?? ''}\r\n`] : []));
  return Buffer.from(`HTTP/1.1 101 ${statusMessage}\r\n${lines.join('')}\r\n`, 'latin1');
}

/** `node:http` has given the client's socket away, so that the response is tied to it by hand. */
function carryDecline(answer: IncomingMessage, incoming: IncomingMessage, back: Back, context: UpgradeContext): void {
  const response = new ServerResponse(incoming);
  response.on('error', () => undefined);
  // All that a response asks of its socket is a stream.
  Reflect.apply(response.assignSocket, response, [back]);
  back.on('drain', () => response.emit('drain'));
  carryResponse(answer, response, true, context, context.onDeclined);
}
