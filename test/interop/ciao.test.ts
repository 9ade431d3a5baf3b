import type { Host, HostProcess } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { announce, list, spawnAmbassador, spawnProgram } from '../ambassador.ts';
import { labTest } from '../lab-test.ts';

/**
 * It publishes, and does not browse: it hears others where they have or want its names. It takes a dot in a name for the end of a
 * label.
 */
const SERVICE = {
  instance: 'Küche, zweiter Stock',
  type: '_thing._tcp',
  port: 7000,
  txt: { colour: 'green', path: '/a=b' },
} as const;

function publish(host: Host): HostProcess {
  return spawnProgram(host, 'ciao-peer', JSON.stringify(SERVICE));
}

await labTest('ambassador finds what ciao publishes, through goodbye, restart and kill', { hosts: 2 }, async (lan) => {
  const [h1, h2] = [lan.host(1), lan.host(2)];
  const watching = spawnAmbassador(h1, ['list', 'thing', '--watch', '--json']);
  const first = publish(h2);
  const [added] = await watching.line(/.*"added".*/, { stream: 'stdout' });
  const { instance, type, port, txt } = SERVICE;
  expect(JSON.parse(added).instance).toMatchObject({ instance, type, port, txt });
  await expect.poll(() => list(h1, 'thing')).toMatchObject([{ instance, addresses: expect.arrayContaining([h2.ip]) }]);
  await first.stop('SIGTERM');
  await watching.line(/"removed"/, { stream: 'stdout' });
  const second = publish(h2);
  await watching.line(/"added"/, { stream: 'stdout' });
  await second.line(/^ready/);
  await second.stop('SIGKILL');
  await publish(h2).line(/^ready/);
  await expect.poll(() => list(h1, 'thing')).toMatchObject([{ instance, port, txt }]);
  expect(watching.stdout.match(/"removed"/g)).toHaveLength(1);
});

await labTest('of ambassador and ciao who comes second takes another name', { hosts: 3 }, async (lan) => {
  const [h1, h2, h3] = [lan.host(1), lan.host(2), lan.host(3)];
  await announce(h1, 'thing:7001', '--check', 'none', '--name', SERVICE.instance);
  const ciao = publish(h2);
  const [, taken = ''] = await ciao.line(/^renamed (.*)/);
  await ciao.line(/^ready/);
  expect(taken).not.toBe(SERVICE.instance);
  const third = spawnAmbassador(h3, ['announce', 'thing:7002', '--check', 'none', '--name', taken, '--json']);
  const [announced] = await third.line(/.*"event":"announced".*/, { stream: 'stdout' });
  const { instance: last } = JSON.parse(announced);
  expect([SERVICE.instance, taken]).not.toContain(last);
  const found = async () => Object.fromEntries((await list(h3, 'thing')).map(({ instance, port }) => [instance, port]));
  await expect.poll(found).toEqual({ [SERVICE.instance]: 7001, [taken]: 7000, [last]: 7002 });
});
