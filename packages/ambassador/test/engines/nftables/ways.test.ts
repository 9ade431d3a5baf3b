import { expect, test } from 'vitest';
import { AmbassadorError } from '../../../src/ambassador-error.ts';
import { Ways } from '../../../src/engines/nftables/ways.ts';

const AT = '10.0.0.1';

function setUp() {
  const tried: string[] = [];
  const told: string[] = [];
  const world: { code?: string; name?: string } = { name: 'tun0' };
  const ways = new Ways(
    {
      open: async (name) => {
        tried.push(name);
        if (world.code !== undefined) throw new AmbassadorError(world.code, world.code);
      },
    },
    (message) => void told.push(message),
    async () => (world.name === undefined ? undefined : { name: world.name }),
  );
  return { ways, tried, told, world };
}

test('a way that was not there once is taken when it is, and its want is told of once', async () => {
  const { ways, told, world } = setUp();
  world.code = 'NFTABLES_FAILED';
  expect([await ways.leadTo(AT), await ways.leadTo(AT)]).toEqual([false, false]);
  expect([ways.takeBlocked(), ways.takeBlocked()]).toEqual([true, false]);
  expect(told).toEqual(['NFTABLES_FAILED; engine node takes these connections']);
  delete world.name;
  expect(await ways.leadTo(AT)).toBe(false);
  expect(ways.takeBlocked()).toBe(true);
  world.name = 'tun0';
  delete world.code;
  expect(await ways.leadTo(AT)).toBe(true);
  expect(ways.takeBlocked()).toBe(false);
  world.code = 'NFTABLES_FAILED';
  await ways.leadTo(AT);
  expect(told).toHaveLength(2);
});

test('a way that this machine does not allow is not tried again', async () => {
  const { ways, tried, told, world } = setUp();
  world.code = 'NFTABLES_REFUSED';
  expect([await ways.leadTo(AT), await ways.leadTo(AT)]).toEqual([false, false]);
  expect([tried.length, told.length, ways.takeBlocked()]).toEqual([1, 1, false]);
});

test('of interfaces that come and go the newest are remembered', async () => {
  const { ways, tried, world } = setUp();
  world.code = 'NFTABLES_REFUSED';
  for (let number = 0; number < 100; number++) {
    world.name = `tun${number}`;
    await ways.leadTo(AT);
  }
  for (const name of ['tun0', 'tun99']) {
    world.name = name;
    await ways.leadTo(AT);
  }
  expect(tried.slice(100)).toEqual(['tun0']);
});
