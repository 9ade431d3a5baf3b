import { expect } from 'vitest';
import { announce, list, proxy, runProgram, startProgram } from '../ambassador.ts';
import { labTest } from '../lab-test.ts';
import { avahi, startAvahi } from './peers/avahi.ts';

await labTest(
  'ambassador and avahi-daemon on one host find each other there',
  { hosts: 1, needs: avahi.needs },
  async (lan) => {
    const h1 = lan.host(1);
    await startAvahi(h1);
    const watching = await avahi.watch(h1, '_thing._tcp');
    await announce(h1, 'thing:7000', '--check', 'none');
    expect(await watching.found('thing on h1')).toMatchObject({ port: 7000, addresses: [h1.ip] });
    const service = { instance: "avahi's own", type: '_other._tcp', port: 7001, txt: { k: 'v' } };
    await avahi.publish(h1, service);
    const own = { instance: "avahi's own", port: 7001, txt: { k: 'v' }, host: 'h1.local' };
    await expect.poll(() => list(h1, 'other')).toMatchObject([own]);
  },
);

await labTest('what avahi publishes is proxied', { hosts: 2, needs: avahi.needs }, async (lan) => {
  const [h1, h2] = [lan.host(1), lan.host(2)];
  await Promise.all([startAvahi(h1), startAvahi(h2)]);
  await startProgram(h1, 'service', '7000', 'h1');
  await avahi.publish(h1, { instance: 'plain', type: '_thing._tcp', port: 7000, txt: {} });
  await proxy(h2, 'thing:7000');
  expect(await runProgram(h2, 'ask', ['127.0.0.1', '7000', 'who'])).toMatchObject({ answer: 'h1\n' });
});
