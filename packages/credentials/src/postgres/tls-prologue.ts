import {
  hasUnread,
  type Leg,
  type Parsing,
  type Prologue,
  type Proof,
  RelayError,
  readLeg,
} from '@mdns-ambassador/relay';
import type { TargetTls } from '../credential.ts';
import { startTls } from '../start-tls.ts';
import { SSL_REQUEST } from './startup.ts';

const ACCEPTED = 'S'.charCodeAt(0);

/** TLS to a PostgreSQL, which wants to be asked for it in its own words first. */
export class PostgresTlsPrologue implements Prologue {
  readonly name: string = 'TLS (postgres)';
  readonly proves: Proof = 'tls';
  readonly #tls: TargetTls;

  constructor(tls: TargetTls) {
    this.#tls = tls;
  }

  async run(_client: Leg, upstream: Leg, signal: AbortSignal): Promise<Leg> {
    upstream.write(SSL_REQUEST);
    const answer = await readLeg(upstream, takeAnswer, signal);
    // Bytes that came in clear behind the answer were put there by somebody else (CVE-2021-23222).
    if (hasUnread(upstream))
      throw new RelayError('EPROTO', 'the server sent more than an answer to the request for TLS');
    if (answer !== ACCEPTED) throw new RelayError('EPROTO', 'the server offers no TLS, which the credentials ask for');
    return startTls(upstream, this.#tls, signal);
  }
}

function takeAnswer(bytes: Buffer): Parsing<number> {
  return { kind: 'parsed', value: bytes[0] ?? 0, size: 1 };
}
