import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { preparePassword } from './password.ts';

const derive = promisify(pbkdf2);

/** RFC 7677 4 asks for 4096 at least, which is PostgreSQL's default; more than the upper bound would only keep us busy. */
const MIN_ITERATIONS = 4096;
const MAX_ITERATIONS = 1_000_000;
const NONCE_BYTES = 18;
const HASH = 'sha256';
const HASH_BYTES = 32;
/** No channel binding, no authorization identity (RFC 5802 7); PostgreSQL takes the user from the startup message. */
const GS2_HEADER = 'n,,';
const FIRST_MESSAGE = /^r=([\x21-\x2b\x2d-\x7e]+),s=([A-Za-z0-9+/]+={0,2}),i=([1-9][0-9]{0,9})(?:,.*)?$/;
const FINAL_MESSAGE = /^v=([A-Za-z0-9+/]{43}=)(?:,.*)?$/;

export const SCRAM_MECHANISM = 'SCRAM-SHA-256';

/** A server that does not keep to the rules, or does not know the password; the message is for people. */
export class ScramError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ScramError';
  }
}

export interface ScramAnswer {
  readonly clientFinal: string;
  /** Throws a ScramError unless the server has shown that it knows the password as well. */
  verify(serverFinal: string): void;
}

/** One exchange of SCRAM-SHA-256 (RFC 5802 3, RFC 7677), from the client's side. */
export class Scram {
  readonly clientFirst: string;
  readonly #bare: string;
  readonly #nonce: string;

  constructor(nonce: string = randomBytes(NONCE_BYTES).toString('base64'), user = '') {
    this.#nonce = nonce;
    this.#bare = `n=${user},r=${nonce}`;
    this.clientFirst = `${GS2_HEADER}${this.#bare}`;
  }

  /** Rejects with a ScramError when the server's message is not as it must be. */
  async answer(serverFirst: string, password: Buffer): Promise<ScramAnswer> {
    const [, nonce = '', salt = '', count = ''] = FIRST_MESSAGE.exec(serverFirst) ?? [];
    if (!nonce.startsWith(this.#nonce) || nonce.length === this.#nonce.length) {
      throw new ScramError('The server did not begin the SCRAM exchange as it must');
    }
    const iterations = Number(count);
    if (iterations < MIN_ITERATIONS || iterations > MAX_ITERATIONS) {
      throw new ScramError(
        `The server asks for ${iterations} SCRAM iterations; ${MIN_ITERATIONS} to ${MAX_ITERATIONS} are accepted`,
      );
    }
    const prepared = preparePassword(password);
    const salted = await derive(prepared, Buffer.from(salt, 'base64'), iterations, HASH_BYTES, HASH);
    const withoutProof = `c=${Buffer.from(GS2_HEADER).toString('base64')},r=${nonce}`;
    const exchange = `${this.#bare},${serverFirst},${withoutProof}`;
    const proof = prove(salted, exchange).toString('base64');
    const signature = mac(mac(salted, 'Server Key'), exchange);
    salted.fill(0);
    return {
      clientFinal: `${withoutProof},p=${proof}`,
      verify: (serverFinal) => verifySignature(serverFinal, signature),
    };
  }
}

function prove(salted: Buffer, exchange: string): Buffer {
  const clientKey = mac(salted, 'Client Key');
  const signature = mac(createHash(HASH).update(clientKey).digest(), exchange);
  return clientKey.map((byte, index) => byte ^ (signature[index] ?? 0)) as Buffer;
}

function verifySignature(serverFinal: string, expected: Buffer): void {
  const signature = Buffer.from(FINAL_MESSAGE.exec(serverFinal)?.[1] ?? '', 'base64');
  if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) {
    throw new ScramError('The server has not shown that it knows the password');
  }
}

function mac(key: Buffer, text: string): Buffer {
  return createHmac(HASH, key).update(text).digest();
}
