import { Duplex } from 'node:stream';
import { type dial, RelayError } from '@mdns-ambassador/relay';
import { expect, test } from 'vitest';
import { findRemembered, isWordOfInviter } from '../../../src/commands/mesh/remembered-inviters.ts';

test('of the machines that were met before all are dialled at once, each once, and those alone are asked that listen', async () => {
  const dialled: string[] = [];
  const answers: (() => void)[] = [];
  const dialPlace = ((target: { readonly address: string; readonly port: number }) => {
    dialled.push(`${target.address} ${target.port}`);
    return new Promise((resolve, reject) => {
      answers.push(() =>
        target.address === '10.99.0.3'
          ? resolve(new Duplex({ read: () => undefined }))
          : reject(new RelayError('ECONNREFUSED', 'nobody')),
      );
    });
  }) as unknown as typeof dial;
  const found = findRemembered(['10.99.0.2', '10.99.0.3', 'fd00::4', '10.99.0.3'], AbortSignal.any([]), dialPlace);
  expect(dialled).toEqual(['10.99.0.2 5351', '10.99.0.3 5351', 'fd00::4 5351']);
  for (const answer of answers) answer();
  expect(await found).toEqual([
    { name: '10.99.0.3:5351', places: [{ host: '10.99.0.3', port: 5351 }], origin: 'remembered' },
  ]);
});

test('no more than 64 are dialled', async () => {
  let dials = 0;
  const dialPlace = (async () => {
    dials += 1;
    throw new RelayError('ECONNREFUSED', 'nobody');
  }) as unknown as typeof dial;
  const hosts = Array.from({ length: 100 }, (_, index) => `10.99.1.${index}`);
  expect(await findRemembered(hosts, AbortSignal.any([]), dialPlace)).toEqual([]);
  expect(dials).toBe(64);
});

test('what such a machine says counts where it invites by that number, and not where it knows of no such invitation', () => {
  const codes = ['busy', 'over', 'wrong-code', 'refused', 'ended', 'malformed', 'other-number', 'version'] as const;
  expect(codes.filter(isWordOfInviter)).toEqual(['busy', 'over', 'wrong-code', 'refused']);
});
