import { createSocket, type Socket } from 'node:dgram';
import type { Clock } from './clock.ts';
import { groupAddress } from './link.ts';
import { MDNS_PORT } from './mdns-port.ts';
import type { NetworkInterface } from './network.ts';
import { TYPE_ENUMERATION } from './rules/service-name.ts';
import { withoutZone } from './wire/address.ts';
import { decodeMessage } from './wire/decode.ts';
import { encodeMessage } from './wire/encode.ts';
import { EMPTY_QUERY } from './wire/message.ts';
import { isSameName, type Name } from './wire/name.ts';
import { TYPE_CODES } from './wire/record.ts';

/** A question or its answer may be lost, and who answered a moment ago is silent for a second (RFC 6762 6). */
const REPEAT_MS = 1_100;
const MAX_ANSWERERS = 256;
/** RFC 6762 11 */
const TTL = 255;
/** RFC 6762 18.1: of a resolver's own choice. */
const QUERY_ID = 1;

export type OneShotTarget =
  /** Everybody on the link of an interface. */
  | { readonly kind: 'group'; readonly on: NetworkInterface; readonly family: 'IPv4' | 'IPv6' }
  /** One host, a literal address; link-local IPv6 with its zone. */
  | { readonly kind: 'host'; readonly address: string; readonly family: 'IPv4' | 'IPv6' };

export interface OneShotOptions {
  readonly to: OneShotTarget;
  /** A host name such as `anna.local`, whose addresses are asked for; absent: who has a service. */
  readonly hostName?: string;
  readonly clock: Clock;
  readonly durationMs: number;
}

export interface OneShot {
  /** Who answered, literal addresses without zone, 256 at most. */
  readonly answeredBy: readonly string[];
  /** The addresses of `hostName`, as they were said, 256 at most. */
  readonly addresses: readonly string[];
  /** Why the system refused to send, such as `EPERM`; undefined: it did not, or the host itself said that nobody listens. */
  readonly errorCode: string | undefined;
  /** The host said that nobody listens on its port 5353 (ICMP), or that it is closed to us. */
  readonly isRefused: boolean;
}

/**
 * RFC 6762 5.1 and 6.7: asks from a port of its own, twice, so that whoever answers does so by unicast, and listens for `durationMs`.
 * Never rejects.
 */
export async function askOnce({ to, hostName, clock, durationMs }: OneShotOptions): Promise<OneShot> {
  const answeredBy = new Set<string>();
  const addresses = new Set<string>();
  const asked = hostName?.replace(/\.$/, '').split('.');
  let errorCode: string | undefined;
  let isRefused = false;
  const fail = (error: Error & { readonly code?: string }): void => {
    if (error.code === 'ECONNREFUSED' || error.code === 'ECONNRESET') isRefused = true;
    else errorCode = error.code ?? 'unknown';
  };
  const socket = createSocket(to.family === 'IPv4' ? { type: 'udp4' } : { type: 'udp6', ipv6Only: true });
  socket.on('error', fail);
  socket.on('message', (bytes, from) => {
    const message = decodeMessage(bytes)?.message;
    // RFC 6762 6: what comes from another port is no response.
    if (message?.kind !== 'response' || from.port !== MDNS_PORT) return;
    if (answeredBy.size < MAX_ANSWERERS) answeredBy.add(withoutZone(from.address));
    for (const { name, data, ttl } of [...message.answers, ...message.additionals]) {
      const address = data.type === 'A' || data.type === 'AAAA' ? data.address : undefined;
      const isAsked = asked !== undefined && ttl > 0 && isSameName(name, asked);
      if (isAsked && address !== undefined && addresses.size < MAX_ANSWERERS) addresses.add(address);
    }
  });
  try {
    const send = await openSender(socket, to);
    const question = encodeQuestion(asked);
    const ask = (): void => send(question, fail);
    ask();
    const cancel = clock.after(Math.min(REPEAT_MS, durationMs / 2), ask);
    await new Promise<void>((resolve) => void clock.after(durationMs, resolve));
    cancel();
  } catch (error) {
    fail(error instanceof Error ? error : new Error(String(error)));
  } finally {
    await new Promise<void>((resolve) => socket.close(() => resolve()));
  }
  return { answeredBy: [...answeredBy], addresses: [...addresses], errorCode, isRefused };
}

type Send = (bytes: Uint8Array, failed: (error: Error) => void) => void;

async function openSender(socket: Socket, to: OneShotTarget): Promise<Send> {
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    if (to.kind === 'host')
      socket.connect(MDNS_PORT, to.address, (error?: Error) => (error ? reject(error) : resolve()));
    else socket.bind(0, localAddress(to), () => resolve());
  });
  const report = (failed: (error: Error) => void) => (error: Error | null) => error !== null && failed(error);
  if (to.kind === 'host') return (bytes, failed) => socket.send(bytes, report(failed));
  const group = groupAddress(to.on, to.family);
  socket.setMulticastInterface(to.family === 'IPv4' ? localAddress(to) : `::%${to.on.zone ?? to.on.name}`);
  socket.setMulticastTTL(TTL);
  return (bytes, failed) => socket.send(bytes, MDNS_PORT, group, report(failed));
}

function localAddress({ on, family }: Extract<OneShotTarget, { readonly kind: 'group' }>): string {
  if (family === 'IPv6') return '::';
  return on.addresses.find((own) => own.family === 'IPv4')?.address ?? '0.0.0.0';
}

function encodeQuestion(hostName: Name | undefined): Uint8Array {
  // RFC 6763 9: every responder with a service answers it.
  const name = hostName ?? TYPE_ENUMERATION;
  const types = hostName === undefined ? [TYPE_CODES.PTR] : [TYPE_CODES.A, TYPE_CODES.AAAA];
  const questions = types.map((type) => ({ name, type, unicast: false }));
  return encodeMessage({ ...EMPTY_QUERY, id: QUERY_ID, questions });
}
