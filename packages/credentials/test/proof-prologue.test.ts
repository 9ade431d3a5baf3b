import { type Destination, type Proof, runPrologues } from '@mdns-ambassador/relay';
import { expect, test } from 'vitest';
import { MemoryLeg } from '../../relay/test/memory-leg.ts';
import type { CredentialEvent } from '../src/credential-event.ts';
import type { Holder } from '../src/port-holder.ts';
import { ProofPrologue } from '../src/proof-prologue.ts';

async function meet(
  proof: Proof,
  options: { trusts?: (to: Destination) => boolean; proves?: Proof; holder?: Holder } = {},
): Promise<unknown[]> {
  const { trusts, proves, holder } = options;
  const events: CredentialEvent[] = [];
  const context = {
    now: () => 0,
    onEvent: (event: CredentialEvent) => events.push(event),
    ...(trusts ? { trusts } : {}),
    ...(holder ? { holderOf: () => holder } : {}),
  };
  const [client] = MemoryLeg.pair();
  const [upstream] = MemoryLeg.pair();
  const before = proves === undefined ? [] : [{ name: 'TLS', proves, run: async () => upstream }];
  const prologues = [...before, new ProofPrologue('redis', context)];
  const destination: Destination = { endpointId: 'a', name: 'redis at 10.0.0.1:6379', proof, source: 'mdns' };
  await runPrologues(prologues, client, upstream, new AbortController().signal, destination).catch((error: unknown) => {
    expect(error).toMatchObject({ code: 'UNPROVEN' });
  });
  return events;
}

test('who has shown nothing is told nothing', async () => {
  expect(await meet('none')).toEqual([{ kind: 'unproven', protocol: 'redis', destination: 'redis at 10.0.0.1:6379' }]);
});

test.each(['mesh', 'tls', 'loopback'] as const)('%s is proof enough', async (proof) => {
  expect(await meet(proof)).toEqual([]);
});

test('who has taken a port of this machine is told nothing, unless somebody vouches for the place or TLS has proved it', async () => {
  const holder: Holder = { kind: 'stranger', uid: 65_534 };
  const destination = 'redis at 10.0.0.1:6379';
  expect(await meet('loopback', { holder })).toEqual([
    { kind: 'stranger', protocol: 'redis', destination, uid: 65_534 },
  ]);
  expect(await meet('loopback', { holder, trusts: () => true })).toEqual([]);
  expect(await meet('loopback', { holder, proves: 'tls' })).toEqual([]);
  for (const kind of ['trusted', 'unknown'] as const) expect(await meet('loopback', { holder: { kind } })).toEqual([]);
});

test('what a prologue before it has proved counts', async () => {
  expect(await meet('none', { proves: 'tls' })).toEqual([]);
});

test('somebody may vouch for a place', async () => {
  expect(await meet('none', { trusts: ({ source }) => source !== 'mdns' })).toHaveLength(1);
  expect(await meet('none', { trusts: () => true })).toEqual([]);
});
