import type { Instance, SystemNetwork } from '@mdns-ambassador/mdns';
import { ManualClock } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';
import { followInvitations } from '../../src/daemon/invitations.ts';

test('while another process has the port it is tried every two seconds, however often peers change', async () => {
  const clock = new ManualClock();
  let tried = 0;
  let isFree = false;
  let change = (): void => undefined;
  const end = followInvitations(
    {
      network: {} as SystemNetwork,
      peers: {
        isMesh: true,
        port: 5350,
        list: () => [{} as Instance],
        onChange: (listener) => {
          change = () => listener('expired');
          return () => undefined;
        },
      },
    },
    { debug: () => undefined },
    clock,
    async (_network, _peers) => {
      tried += 1;
      if (!isFree) throw new Error('listen EADDRINUSE');
      return { port: 5351, close: async () => undefined };
    },
  );
  await clock.advance(0);
  for (let changes = 0; changes < 10; changes++) {
    change();
    await clock.advance(100);
  }
  expect([tried, clock.pendingTimers]).toEqual([11, 1]);
  await clock.advance(10_000);
  expect(tried).toBe(16);
  isFree = true;
  await clock.advance(2_000);
  expect([tried, clock.pendingTimers]).toEqual([17, 0]);
  end();
});
