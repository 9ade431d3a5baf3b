import { formatPlace } from '@mdns-ambassador/relay';
import packet, { type Answer, type DecodedPacket, type Packet } from 'dns-packet';
import type { DnsServer } from '../../src/dns/server.ts';
import type { DnsTransport } from '../../src/dns/transport.ts';

/** What a server does with one query: datagrams in order (none is silence), or the system's error. */
type Reaction = readonly Uint8Array[] | Error;
export type React = (query: DecodedPacket, over: 'udp' | 'tcp') => Reaction;

/** Name servers in memory. */
export class FakeServers implements DnsTransport {
  /** `udp 10.0.0.1:53 A db.test`, in order. */
  readonly asked: string[] = [];
  open = 0;
  readonly #reactions: Readonly<Record<string, React>>;

  /** By `HOST:PORT`; where nobody is, nothing comes back. */
  constructor(reactions: Readonly<Record<string, React>>) {
    this.#reactions = reactions;
  }

  askOverUdp(
    server: DnsServer,
    query: Uint8Array,
    isAnswer: (bytes: Uint8Array) => boolean,
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    return this.#ask('udp', server, query, isAnswer, signal);
  }

  askOverTcp(server: DnsServer, query: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
    return this.#ask('tcp', server, query, () => true, signal);
  }

  async #ask(
    over: 'udp' | 'tcp',
    server: DnsServer,
    bytes: Uint8Array,
    isAnswer: (bytes: Uint8Array) => boolean,
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    const query = packet.decode(Buffer.from(bytes));
    const [question] = query.questions ?? [];
    const place = formatPlace(server.host, server.port);
    this.asked.push(`${over} ${place} ${question?.type} ${question?.name}`);
    const reaction = this.#reactions[place]?.(query, over) ?? [];
    this.open += 1;
    try {
      await Promise.resolve();
      if (reaction instanceof Error) throw reaction;
      const answer = reaction.find(isAnswer);
      if (answer !== undefined) return answer;
      return await new Promise((_, reject) => {
        if (signal.aborted) reject(signal.reason);
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
    } finally {
      this.open -= 1;
    }
  }
}

/** A response to `query`, changed where `changes` say so. */
export function reply(query: DecodedPacket, answers: readonly Answer[], changes: Partial<Packet> = {}): Uint8Array {
  return packet.encode({
    type: 'response',
    id: query.id ?? 0,
    flags: packet.AUTHORITATIVE_ANSWER,
    questions: query.questions ?? [],
    answers: [...answers],
    ...changes,
  });
}

/** The numbers of RFC 1035 4.1.1. */
export const CODE = { formErr: 1, servFail: 2, nxDomain: 3, refused: 5 } as const;

export function a(name: string, data: string, ttl = 60): Answer {
  return { type: 'A', name, data, ttl, class: 'IN' };
}

export function cname(name: string, data: string, ttl = 60): Answer {
  return { type: 'CNAME', name, data, ttl, class: 'IN' };
}

export function soa(name: string, ttl: number, minimum: number): Answer {
  return { type: 'SOA', name, ttl, class: 'IN', data: { mname: 'ns.test', rname: 'hostmaster.test', minimum } };
}
