import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { type Leg, type Parsing, readLeg } from '@mdns-ambassador/relay';
import { encodeError } from '../../src/postgres/error-response.ts';
import {
  encodeInt32,
  encodeMessage,
  endString,
  type PostgresMessage,
  parseMessage,
} from '../../src/postgres/message.ts';
import { hashMd5 } from '../../src/postgres/password.ts';
import { type FirstPacket, parseFirstPacket } from '../../src/postgres/startup.ts';

export type Way = 'trust' | 'cleartext' | 'md5' | 'scram' | 'liar';

const SALT = Buffer.from('saltsalt');
const ITERATIONS = 4096;
const FOREVER = new AbortController().signal;
export const KEY: Buffer = Buffer.from('00000042deadbeef', 'hex');

/** A server of one user, which says what it was asked. */
export class FakePostgres {
  readonly seen: FirstPacket[] = [];
  readonly #way: Way;
  readonly #password: string;

  constructor(way: Way, password = 'secret') {
    this.#way = way;
    this.#password = password;
  }

  /** Serves one connection up to its first ReadyForQuery; resolves with whether the login was taken. */
  async serve(leg: Leg): Promise<boolean> {
    const packet = await readLeg(leg, parseStartup, FOREVER);
    this.seen.push(packet);
    if (packet.kind !== 'startup') return false;
    if (packet.version > 0x30000) leg.write(encodeMessage('v', encodeInt32(0x30000), encodeInt32(0)));
    const isWelcome = await this.#check(leg, packet.parameters.get('user') ?? '');
    if (!isWelcome) {
      leg.end(encodeError({ code: '28P01', message: 'password authentication failed for user "app"' }));
      return false;
    }
    leg.write(
      Buffer.concat([
        encodeMessage('R', encodeInt32(0)),
        encodeMessage('S', endString('server_version'), endString('15.9')),
        encodeMessage('K', KEY),
        encodeMessage('Z', Buffer.from('I')),
      ]),
    );
    return true;
  }

  async #check(leg: Leg, user: string): Promise<boolean> {
    switch (this.#way) {
      case 'trust':
        return true;
      case 'cleartext':
        leg.write(encodeMessage('R', encodeInt32(3)));
        return (await readPassword(leg)) === `${this.#password}\0`;
      case 'md5':
        leg.write(encodeMessage('R', encodeInt32(5), Buffer.of(1, 2, 3, 4)));
        return (await readPassword(leg)) === `${hashMd5(Buffer.from(this.#password), user, Buffer.of(1, 2, 3, 4))}\0`;
      case 'scram':
      case 'liar':
        return this.#checkScram(leg);
      default:
        return this.#way satisfies never;
    }
  }

  async #checkScram(leg: Leg): Promise<boolean> {
    leg.write(encodeMessage('R', encodeInt32(10), endString('SCRAM-SHA-256'), Buffer.of(0)));
    const first = await readPassword(leg);
    const bare = first.slice(first.indexOf('n=,'));
    const serverFirst = `r=${bare.slice(5)}server,s=${SALT.toString('base64')},i=${ITERATIONS}`;
    leg.write(encodeMessage('R', encodeInt32(11), Buffer.from(serverFirst)));
    const final = await readPassword(leg);
    const withoutProof = final.slice(0, final.lastIndexOf(',p='));
    const salted = pbkdf2Sync(this.#password, SALT, ITERATIONS, 32, 'sha256');
    const exchange = `${bare},${serverFirst},${withoutProof}`;
    const clientKey = sign(salted, 'Client Key');
    const signature = sign(createHash('sha256').update(clientKey).digest(), exchange);
    const proof = Buffer.from(clientKey.map((byte, index) => byte ^ (signature[index] ?? 0))).toString('base64');
    if (this.#way === 'scram' && final !== `${withoutProof},p=${proof}`) return false;
    const shown = this.#way === 'liar' ? Buffer.alloc(32) : sign(sign(salted, 'Server Key'), exchange);
    leg.write(encodeMessage('R', encodeInt32(12), Buffer.from(`v=${shown.toString('base64')}`)));
    return true;
  }
}

function sign(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

async function readPassword(leg: Leg): Promise<string> {
  const { body } = await readMessage(leg);
  return body.toString('latin1');
}

/** The next message of a leg. */
export function readMessage(leg: Leg): Promise<PostgresMessage> {
  return readLeg(leg, parseOne, FOREVER);
}

function parseOne(bytes: Buffer): Parsing<PostgresMessage> {
  const parsing = parseMessage(bytes);
  if (parsing.kind === 'wrong') throw new Error('no message');
  if (parsing.kind === 'incomplete') return parsing;
  return { kind: 'parsed', value: parsing.message, size: parsing.size };
}

function parseStartup(bytes: Buffer): Parsing<FirstPacket> {
  const parsing = parseFirstPacket(bytes);
  if (parsing.kind === 'wrong') throw new Error(parsing.reason);
  if (parsing.kind === 'incomplete') return parsing;
  return { kind: 'parsed', value: parsing.packet, size: parsing.size };
}
