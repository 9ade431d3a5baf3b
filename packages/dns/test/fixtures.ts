import packet, { type DecodedPacket, type Packet, type RecordType } from 'dns-packet';
import { type Answer, type Asker, answerQuery } from '../src/rules/answer.ts';
import type { Known, KnownInstance, KnownProxy } from '../src/rules/known.ts';
import { buildZone, type Zone } from '../src/rules/zone.ts';

const DOMAIN = ['ambassador', 'internal'];
export const LOCAL: Asker = { transport: 'udp', isLocal: true };

export function instanceOf(name: string, changes: Partial<KnownInstance> = {}): KnownInstance {
  return {
    name,
    service: 'redis',
    type: '_redis._tcp',
    port: 6379,
    priority: 0,
    weight: 0,
    remaining: 120,
    txt: new Map([['txtvers', new TextEncoder().encode('1')]]),
    addresses: ['10.0.0.1'],
    ...changes,
  };
}

export function proxyOf(service: string, changes: Partial<KnownProxy> = {}): KnownProxy {
  return { service, type: `_${service}._tcp`, addresses: ['127.70.1.2'], port: 6379, ...changes };
}

export function zoneOf(known: Partial<Known>): Zone {
  return buildZone(
    { instances: [], proxies: [], ...known },
    { domain: DOMAIN, serverAddresses: ['127.0.0.1'], serial: 7 },
  );
}

interface Asked {
  readonly edns?: number;
  readonly version?: number;
  readonly asker?: Asker;
  readonly id?: number;
}

/** The bytes of a query; without `edns`, the size of a datagram, it speaks no EDNS. */
export function queryOf(name: string, type: string, { edns, version = 0, id = 0 }: Asked = {}): Uint8Array {
  const query: Packet = {
    type: 'query',
    id,
    flags: packet.RECURSION_DESIRED,
    questions: [{ name, type: type as RecordType, class: 'IN' }],
  };
  if (edns === undefined) return packet.encode(query);
  const opt = { udpPayloadSize: edns, extendedRcode: 0, ednsVersion: version, flags: 0, flag_do: false, options: [] };
  return packet.encode({ ...query, additionals: [{ type: 'OPT', name: '.', ...opt }] });
}

/** What another decoder than our own makes of the answer. */
export function ask(
  zone: Zone,
  name: string,
  type: string,
  asked: Asked = {},
): DecodedPacket & { readonly code: number } {
  return decode(answerQuery(queryOf(name, type, asked), zone, asked.asker ?? LOCAL));
}

export function decode(answer: Answer): DecodedPacket & { readonly code: number } {
  if (answer.kind !== 'answered') throw new Error('no answer');
  const message = packet.decode(Buffer.from(answer.bytes));
  return { ...message, code: (message.flags ?? 0) & 15 };
}

/** `10.0.0.1`, or what else a record says. */
export function dataOf({ answers = [] }: DecodedPacket): readonly unknown[] {
  return answers.map((record) => ('data' in record ? record.data : undefined));
}
