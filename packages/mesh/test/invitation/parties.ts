import { createHash } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { ManualClock } from '@mdns-ambassador/testkit';
import type { InvitationAnswer } from '../../src/invitation/answer.ts';
import { type InvitationCode, readCode } from '../../src/invitation/code.ts';
import { Invitation, type InvitationEnd, type InvitationEvent } from '../../src/invitation/invitation.ts';
import { join } from '../../src/invitation/join.ts';
import { MemoryLeg } from '../leg-pair.ts';

/** Bytes that differ from call to call, and are the same in each run. */
export function createBytes(seed: string): (count: number) => Uint8Array {
  let calls = 0;
  return (count) => createHash('sha512').update(`${seed} ${calls++}`).digest().subarray(0, count);
}

export function codeOf(text: string): InvitationCode {
  const read = readCode(text, () => undefined);
  if (read.kind === 'wrong') throw new Error(read.problem);
  return read.code;
}

export const RIGHT: InvitationCode = codeOf('7-tiger-velvet-orbit');
export const WRONG: InvitationCode = codeOf('7-tiger-velvet-oasis');
export const LIFETIME_MS = 600_000;
export const MEMBERSHIP = `membership ${'x'.repeat(20_000)}`;

export interface Hosted {
  readonly clock: ManualClock;
  readonly invitation: Invitation;
  readonly events: InvitationEvent[];
  readonly requests: { readonly request: string; readonly context: Uint8Array }[];
  /** How it ended; undefined while it goes on. */
  end(): InvitationEnd | undefined;
}

export function host(
  answer: InvitationAnswer = { kind: 'membership', text: MEMBERSHIP },
  clock = new ManualClock(),
  seed = 'inviter',
): Hosted {
  const events: InvitationEvent[] = [];
  const requests: Hosted['requests'] = [];
  let end: InvitationEnd | undefined;
  const invitation = new Invitation({
    code: RIGHT,
    clock,
    lifetimeMs: LIFETIME_MS,
    randomBytes: createBytes(seed),
    onRequest: async (request, context) => {
      requests.push({ request, context });
      return answer;
    },
    onEvent: (event) => events.push(event),
  });
  void invitation.ended.then((outcome) => {
    end = outcome;
  });
  return { clock, invitation, events, requests, end: () => end };
}

export interface Guest {
  readonly contexts: Uint8Array[];
  readonly kept: string[];
  /** How often it has proved the code: each is a guess of the other end. */
  proofs(): number;
  /** `joined`, or why not; undefined while it goes on. */
  outcome(): string | undefined;
}

export function visit(stream: Duplex, code: InvitationCode, clock: ManualClock, seed = 'joiner'): Guest {
  const contexts: Uint8Array[] = [];
  const kept: string[] = [];
  let outcome: string | undefined;
  let proofs = 0;
  join(stream, {
    code,
    clock,
    randomBytes: createBytes(seed),
    onProve: () => {
      proofs += 1;
    },
    compose: (context) => {
      contexts.push(context);
      return 'the request of laptop';
    },
    keep: (text) => kept.push(text),
  }).then(
    () => {
      outcome = 'joined';
    },
    (error: Error & { readonly code?: string }) => {
      outcome = `${error.code}: ${error.message}`;
    },
  );
  return { contexts, kept, proofs: () => proofs, outcome: () => outcome };
}

/** A connection to the invitation from this address: the joiner's end. */
export function connect({ invitation }: Hosted, from = '10.99.0.2'): MemoryLeg {
  const [client, server] = MemoryLeg.pair(from);
  invitation.accept(server, from);
  return client;
}

/** Somebody between two ends. `change` sees each chunk, with its direction, and gives on what it returns. */
export function forward(
  hosted: Hosted,
  change: (chunk: Buffer, from: 'joiner' | 'inviter') => Buffer | undefined,
): MemoryLeg {
  const [joiner, near] = MemoryLeg.pair('10.99.0.66');
  const far = connect(hosted, '10.99.0.66');
  const pipe = (source: MemoryLeg, sink: MemoryLeg, from: 'joiner' | 'inviter'): void => {
    source.on('data', (chunk: Buffer) => {
      const given = change(Buffer.from(chunk), from);
      if (given !== undefined && sink.writable) sink.write(given);
    });
    source.on('end', () => sink.end());
    source.on('error', () => undefined);
    source.resume();
  };
  pipe(near, far, 'joiner');
  pipe(far, near, 'inviter');
  return joiner;
}
