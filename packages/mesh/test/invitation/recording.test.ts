import { createHash } from 'node:crypto';
import { ristretto255 } from '@noble/curves/ed25519.js';
import { expect, test } from 'vitest';
import type { InvitationCode } from '../../src/invitation/code.ts';
import { CpaceRun, concatLengthValues } from '../../src/invitation/cpace.ts';
import { encodeFrame } from '../../src/invitation/frame.ts';
import { KeyAgreement, SharedKey } from '../../src/invitation/key-agreement.ts';
import { MemoryLeg } from '../leg-pair.ts';
import { createBytes, forward, host, RIGHT, visit, WRONG } from './parties.ts';

const { Point } = ristretto255;
/** As a scalar, which leaves a generator as it is. */
const ONE = Buffer.alloc(32).fill(1, 0, 1);
const HEADER = 3;

interface Recording {
  readonly hello: Buffer;
  readonly greeting: Buffer;
  readonly joinerShare: Buffer;
  readonly inviterShare: Buffer;
  readonly joinerProof: Buffer;
  readonly inviterProof: Buffer;
  readonly sealed: Buffer;
}

/** A joining that succeeded, as somebody on the link saw it. */
async function record(): Promise<Recording> {
  const hosted = host();
  const bodies: Buffer[] = [];
  const joiner = forward(hosted, (chunk) => {
    bodies.push(Buffer.from(chunk.subarray(HEADER)));
    return chunk;
  });
  const guest = visit(joiner, RIGHT, hosted.clock);
  await hosted.clock.advance(1_000);
  expect(guest.outcome()).toBe('joined');
  const [hello, greeting, joinerShare, inviterShare, joinerProof, inviterProof, sealed] = bodies.map((body) => body);
  const empty = Buffer.alloc(0);
  return {
    hello: hello ?? empty,
    greeting: greeting ?? empty,
    joinerShare: joinerShare ?? empty,
    inviterShare: inviterShare ?? empty,
    joinerProof: joinerProof ?? empty,
    inviterProof: inviterProof ?? empty,
    sealed: sealed ?? empty,
  };
}

/** The key that follows from a secret point, and whether anything in the recording bears it out. */
function isBorneOut(recording: Recording, secret: Uint8Array): boolean {
  const { hello, greeting, joinerShare, inviterShare, joinerProof, inviterProof, sealed } = recording;
  const channel = Buffer.from('ambassador/join/1');
  const sid = createHash('sha512')
    .update(concatLengthValues(channel, hello, greeting))
    .digest();
  const joiner = { share: joinerShare, data: Buffer.from('joiner') };
  const inviter = { share: inviterShare, data: Buffer.from('inviter') };
  const transcript = [joiner, inviter].map(({ share, data }) => concatLengthValues(share, data));
  const head = concatLengthValues(Buffer.from('CPaceRistretto255_ISK'), sid, secret);
  const isk = createHash('sha512')
    .update(Buffer.concat([head, ...transcript]))
    .digest();
  const key = new SharedKey('inviter', isk, sid, joiner, inviter);
  const opens = (): boolean => {
    try {
      return key.open(sealed).length > 0;
    } catch {
      return false;
    }
  };
  return key.verify(joinerProof) || key.proof.equals(inviterProof) || opens();
}

/** All that somebody with the recording and a code can put in the place of the secret point: what is public, and its sums. */
function listSecrets({ hello, greeting, joinerShare, inviterShare }: Recording, code: InvitationCode): Uint8Array[] {
  const channel = Buffer.from('ambassador/join/1');
  const sid = createHash('sha512')
    .update(concatLengthValues(channel, hello, greeting))
    .digest();
  const generator = Point.fromBytes(new CpaceRun({ prs: Buffer.from(code.text), ci: channel, sid }, ONE).share);
  const points = [Point.ZERO, Point.BASE, generator, Point.fromBytes(joinerShare), Point.fromBytes(inviterShare)];
  const own = new KeyAgreement('inviter', code.text, [hello, greeting], createBytes('attacker')(32));
  points.push(Point.fromBytes(own.share));
  return points.flatMap((a) => points.flatMap((b) => [a.add(b).toBytes(), a.subtract(b).toBytes()]));
}

test('with a recording, the true code is told from a wrong one by nothing', async () => {
  const recording = await record();
  for (const code of [RIGHT, WRONG]) {
    const borneOut = listSecrets(recording, code).filter((secret) => isBorneOut(recording, secret));
    expect(borneOut).toEqual([]);
  }
});

test('the test above would see it: with one end\u2019s scalar the true code is borne out, and a wrong one is not', async () => {
  const recording = await record();
  const { hello, greeting, joinerShare, inviterShare } = recording;
  // As the joiner of the recording drew them: its nonce, then its scalar.
  const bytes = createBytes('joiner');
  bytes(16);
  const scalar = bytes(32);
  const outcomes = [RIGHT, WRONG].map((code) => {
    const session = new KeyAgreement('joiner', code.text, [hello, greeting], scalar);
    return [Buffer.from(session.share).equals(joinerShare), session.agree(inviterShare).verify(recording.inviterProof)];
  });
  // The secret point follows from the scalar alone: what the code decides is the share.
  expect(outcomes).toEqual([
    [true, true],
    [false, false],
  ]);
});

test('a recording that is played again to the inviter proves nothing', async () => {
  const recording = await record();
  const hosted = host(undefined, undefined, 'another nonce');
  const [client, server] = MemoryLeg.pair();
  hosted.invitation.accept(server, '10.99.0.9');
  client.resume();
  client.write(encodeFrame('hello', recording.hello));
  await hosted.clock.advance(10);
  client.write(encodeFrame('share', recording.joinerShare));
  await hosted.clock.advance(200);
  client.write(encodeFrame('confirm', recording.joinerProof));
  await hosted.clock.advance(10);
  expect(hosted.events.at(-1)).toMatchObject({ kind: 'wrong-code' });
  expect(hosted.requests).toEqual([]);
});
