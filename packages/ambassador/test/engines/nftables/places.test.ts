import { expect, test } from 'vitest';
import { type Choice, listChoices } from '../../../src/engines/nftables/places.ts';
import type { Endpoint } from '../../../src/pool/endpoint.ts';
import type { PlannedEndpoint } from '../../../src/pool/plan.ts';
import { endpoint } from '../../pool/fixtures.ts';

function planned(id: string, share = 1, isUsed = true, address = '10.0.0.1'): PlannedEndpoint {
  return { endpoint: endpoint(id, { addresses: [address], port: 7000 }), share, isUsed, isOnTrial: false };
}

const firstOf = ({ addresses }: Endpoint): string | undefined => addresses[0];

function describe(choices: readonly Choice[]): readonly string[] {
  return choices.map(({ place, share }) => `${place?.endpoint.id ?? 'node'} ${place?.address ?? '-'} ${share}`);
}

test('who is used gets its share, and who is not gets none', () => {
  const plan = [planned('a', 10), planned('b', 30, true, '10.0.0.2'), planned('c', 1, false, '10.0.0.3')];
  expect(describe(listChoices(plan, 'p2c', firstOf, 9))).toEqual(['a 10.0.0.1 10', 'b 10.0.0.2 30']);
});

test('the parts of those that have not answered, and of those beyond the most, are engine node’s', () => {
  const plan = [planned('a'), planned('b', 2, true, '10.0.0.2'), planned('c', 4, true, '10.0.0.3')];
  const unproven = ({ id, addresses }: Endpoint): string | undefined => (id === 'a' ? undefined : addresses[0]);
  expect(describe(listChoices(plan, 'p2c', unproven, 9))).toEqual(['node - 1', 'b 10.0.0.2 2', 'c 10.0.0.3 4']);
  expect(describe(listChoices(plan, 'p2c', firstOf, 1))).toEqual(['a 10.0.0.1 1', 'node - 6']);
});

test('two endpoints at one place are one, with the parts of both', () => {
  expect(describe(listChoices([planned('a', 1), planned('b', 2)], 'p2c', firstOf, 9))).toEqual(['a 10.0.0.1 3']);
});

test.each(['first', 'source-hash'] as const)('%s sends this machine’s clients to one', (balance) => {
  const plan = [planned('a'), planned('b', 1, true, '10.0.0.2'), planned('c', 1, true, '10.0.0.3')];
  const choices = listChoices(plan, balance, firstOf, 9);
  expect(choices).toHaveLength(1);
  expect(listChoices(plan, balance, firstOf, 9)).toEqual(choices);
});
