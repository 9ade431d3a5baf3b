import { hasUnread, type Leg, type Parsing, Refusal, readLeg } from '@mdns-ambassador/relay';
import { encodeError, SQLSTATE } from './error-response.ts';
import { type FirstPacket, type FirstPacketParsing, parseFirstPacket } from './startup.ts';

/** What a server without TLS answers to a request for it. */
const NO_ENCRYPTION = Buffer.from('N');
/** One for TLS and one for GSSAPI, as the server allows. */
const MAX_ENCRYPTION_REQUESTS = 2;

type Wrong = Extract<FirstPacketParsing, { kind: 'wrong' }>['reason'];

/** A first packet, and its bytes. */
export interface HeardPacket {
  readonly packet: Exclude<FirstPacket, { kind: 'encryption' }>;
  readonly bytes: Buffer;
}

const EXPLANATIONS: Readonly<Record<Wrong, { readonly code: string; readonly message: string }>> = {
  tls: {
    code: SQLSTATE.featureNotSupported,
    message:
      'this local port takes no TLS; connect with sslmode=disable or sslmode=prefer, and without sslnegotiation=direct',
  },
  length: { code: SQLSTATE.protocolViolation, message: 'this is no startup packet of PostgreSQL' },
  version: { code: SQLSTATE.featureNotSupported, message: 'only version 3 of the PostgreSQL protocol is known here' },
  parameters: {
    code: SQLSTATE.protocolViolation,
    message: 'the startup packet has a parameter list that cannot be read',
  },
};

/**
 * Hears what a client wants, having told it that there is no encryption here if it asked. Rejects with a Refusal when it can't
 * be served, with a ReadError when it has left.
 */
export async function hearClient(client: Leg, signal: AbortSignal): Promise<HeardPacket> {
  for (let requests = 0; requests <= MAX_ENCRYPTION_REQUESTS; requests += 1) {
    const { bytes, packet } = await readLeg(client, parseFirst, signal);
    if (packet.kind !== 'encryption') return { bytes, packet };
    // What came along with the request came before any answer: somebody put it there (CVE-2021-23214).
    if (hasUnread(client)) throw refuseClient('length');
    client.write(NO_ENCRYPTION);
  }
  throw refuseClient('length');
}

interface Parsed {
  readonly packet: FirstPacket;
  readonly bytes: Buffer;
}

function parseFirst(bytes: Buffer): Parsing<Parsed> {
  const parsing = parseFirstPacket(bytes);
  switch (parsing.kind) {
    case 'incomplete':
      return parsing;
    case 'wrong':
      throw refuseClient(parsing.reason);
    case 'parsed': {
      const { packet, size } = parsing;
      return { kind: 'parsed', size, value: { packet, bytes: Buffer.from(bytes.subarray(0, size)) } };
    }
    default:
      return parsing satisfies never;
  }
}

/** What a client is told whose first words can't be understood; `cause` is the reason itself. */
function refuseClient(reason: Wrong): Refusal {
  const explanation = EXPLANATIONS[reason];
  return new Refusal(explanation.message, encodeError(explanation), { cause: reason });
}
