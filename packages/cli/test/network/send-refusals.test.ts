import type { SystemNetwork } from '@mdns-ambassador/mdns';
import { expect, test } from 'vitest';
import { describeNoNetwork } from '../../src/network/local-network.ts';
import { SendRefusals } from '../../src/network/send-refusals.ts';

const interfaces = ['en0', 'en1'].map((name) => ({ name, addresses: [], loopback: false }));
const network = { isHidden: () => false, interfaces: () => interfaces } as unknown as SystemNetwork;

const refuse = (interfaceName: string) => ({ kind: 'send-refused', interfaceName, code: 'EHOSTUNREACH' }) as const;

test('who finds nothing is told that nothing could be asked, where every interface refuses what is sent', () => {
  const refusals = new SendRefusals('darwin');
  const said = (): string | undefined => describeNoNetwork({ network, refusals });
  expect(said()).toBeUndefined();
  refusals.hear(refuse('en0'));
  expect(said()).toBeUndefined();
  refusals.hear(refuse('en1'));
  expect(said()).toMatch(/^en0: macOS does not let this program use the local network: in System Settings/);
  refusals.hear({ kind: 'interface-up', interfaceName: 'en1', addresses: [] });
  expect(said()).toBeUndefined();
});
