import type { Host } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { announce, list, proxy, runAmbassador, runProgram, spawnAmbassador, startProgram } from '../ambassador.ts';
import { labTest } from '../lab-test.ts';

interface Listed {
  readonly instance: string;
  readonly addresses: readonly string[];
}

const LOOPBACK_SERVICE = `require('net').createServer((socket) => socket.end('local\\n'))
  .listen(7000, '127.0.0.1', () => console.log('ready'))`;

await labTest('addresses of bridges, tunnels and container links are not announced', { hosts: 2 }, async (lan) => {
  const [h1, h2] = [lan.host(1), lan.host(2)];
  await h1.read('ip', ['-batch', '-'], {
    input: `
      link add docker0 type bridge
      addr add 172.17.0.1/16 dev docker0
      link set docker0 up
      link add veth1a2b3c4 type veth peer name veth9
      link set veth1a2b3c4 master docker0 up
      link set veth9 up
      addr add 172.18.0.1/16 dev veth9
    `,
  });
  const addTunnel = 'ip tuntap add tun0 mode tun && ip address add 10.8.0.1/24 dev tun0 && ip link set tun0 up';
  // An ordinary user may not open the device.
  await h1.read('sh', ['-c', `if [ -w /dev/net/tun ]; then ${addTunnel}; fi`]);
  const announcing = spawnAmbassador(h1, ['announce', 'thing:7000', '--check', 'none']);
  expect((await announcing.line(/^announced.*/))[0]).toMatch(/eth0/);
  expect(announcing.output).toMatch(/^not using docker0/m);
  expect(announcing.output).not.toMatch(/(172\.1[78]|10\.8)\.0\.1/);
  await expect.poll(() => addresses(h2)).toEqual(['10.99.0.1', expect.stringMatching(/^fe80::.*%eth0$/)]);
});

await labTest('a host on two links announces to each the address it has there', { hosts: 3 }, async (lan) => {
  const [h1, h2, h3] = [lan.host(1), lan.host(2), lan.host(3)];
  await lan.addLink([h1, h3]);
  await h3.read('ip', ['link', 'set', 'eth0', 'down']);
  await announce(h1, 'thing:7000', '--check', 'none');
  await expect.poll(() => addresses(h2)).toEqual(['10.99.0.1', expect.stringMatching(/%eth0$/)]);
  await expect.poll(() => addresses(h3)).toEqual(['10.99.1.1', expect.stringMatching(/%eth1$/)]);
});

await labTest('--interface restricts the announcement to the one named', { hosts: 3 }, async (lan) => {
  const [h1, h2, h3] = [lan.host(1), lan.host(2), lan.host(3)];
  await lan.addLink([h1, h3]);
  await h3.read('ip', ['link', 'set', 'eth0', 'down']);
  await announce(h1, 'thing:7000', '--check', 'none', '--interface', 'eth1');
  await expectInstances(h3, ['thing on h1']);
  expect(await list(h2)).toEqual([]);
});

await labTest('several services of one announce are independent', { hosts: 2 }, async (lan) => {
  const [h1, h2] = [lan.host(1), lan.host(2)];
  const one = await startProgram(h1, 'service', '7001', 'one');
  await startProgram(h1, 'service', '7002', 'two');
  const flags = ['--check-interval', '200ms'];
  const announcing = spawnAmbassador(h1, ['announce', 'one:7001', 'two:7002', ...flags]);
  await announcing.until((output) => ['one on h1', 'two on h1'].every((name) => output.includes(name)));
  await expectInstances(h2, ['one on h1', 'two on h1']);
  await one.stop('SIGKILL');
  await announcing.line(/one.*withdr|withdr.*one/i);
  await expectInstances(h2, ['two on h1']);
  await announcing.stop('SIGTERM');
  expect(await list(h2)).toEqual([]);
});

await labTest('a name that another host holds is not taken from it', { hosts: 3 }, async (lan) => {
  const name = ['--name', 'the only one', '--check', 'none'];
  await announce(lan.host(1), 'thing:7001', ...name);
  await announce(lan.host(2), 'thing:7002', ...name);
  await expectInstances(lan.host(3), ['the only one', 'the only one (2)']);
});

await labTest('a service on loopback only is refused with 77, and relayed with --relay', { hosts: 2 }, async (lan) => {
  const [h1, h2] = [lan.host(1), lan.host(2)];
  await h1.spawn(process.execPath, ['-e', LOOPBACK_SERVICE]).line(/ready/);
  const refused = await runAmbassador(h1, ['announce', 'thing:7000']);
  expect(refused.code).toBe(77);
  expect(refused.stderr).toMatch(/loopback|127\.0\.0\.1/);
  expect(refused.stdout, 'it is told once').not.toMatch(/waiting|not announcing/);
  expect(refused.stderr).toContain('--relay');
  await announce(h1, 'thing:7000', '--relay');
  await proxy(h2, 'thing:7000');
  expect(await runProgram(h2, 'ask', ['127.0.0.1', '7000', ''])).toMatchObject({ answer: 'local\n', end: 'end' });
});

await labTest('it works where there is no default route', { hosts: 2, defaultRoute: false }, async (lan) => {
  const [h1, h2] = [lan.host(1), lan.host(2)];
  await startProgram(h1, 'service', '7000', 'h1');
  await announce(h1, 'thing:7000');
  await proxy(h2, 'thing:7000');
  expect(await runProgram(h2, 'ask', ['127.0.0.1', '7000', 'who'])).toMatchObject({ answer: 'h1\n' });
});

/** Of the first service that is there. */
async function addresses(on: Host): Promise<readonly string[] | undefined> {
  return (await list<Listed>(on))[0]?.addresses;
}

async function expectInstances(on: Host, names: readonly string[]): Promise<void> {
  await expect.poll(async () => (await list<Listed>(on)).map(({ instance }) => instance).sort()).toEqual(names);
}
