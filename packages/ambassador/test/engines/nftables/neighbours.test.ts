import { expect, test } from 'vitest';
import { parseNeighbours } from '../../../src/engines/nftables/neighbours.ts';

test('who has a hardware address answers, who has none does not, and who is permanent is never asked', () => {
  const text = `IP address       HW type     Flags       HW address            Mask     Device
10.77.0.2        0x1         0x2         ee:0c:61:f3:db:32     *        eth0
10.77.0.3        0x1         0x0         00:00:00:00:00:00     *        eth0.5
10.77.0.4        0x1         0x6         ee:0c:61:f3:db:34     *        eth0
garbage
`;
  expect(parseNeighbours(text)).toEqual([
    { address: '10.77.0.2', device: 'eth0', isAnswering: true },
    { address: '10.77.0.3', device: 'eth0.5', isAnswering: false },
  ]);
});
