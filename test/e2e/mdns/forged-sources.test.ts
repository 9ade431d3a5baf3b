import { type Host, type HostProcess, PYTHON } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { locateProgram, proxy, startProgram } from '../../ambassador.ts';
import { labTest } from '../../lab-test.ts';

async function forge(host: Host, ...args: readonly string[]): Promise<HostProcess> {
  const forging = host.spawn(PYTHON, [locateProgram('mdns-forger.py'), ...args]);
  await forging.line(/^ready/);
  return forging;
}

await labTest(
  'a link hears neighbours of every subnet, and nobody who is on another link, whatever source he has',
  { hosts: 2 },
  async (lan) => {
    const [victim, other] = [lan.host(1), lan.host(2)];
    await lan.addLink([victim, other]);
    const browsing = await startProgram(victim, 'mdns-node', 'browse', '_thing._tcp');
    // In the prefix of eth0, and sent to eth1.
    await forge(other, 'eth1', '10.99.0.9', 'forged', '10.99.0.9', '9000');
    await forge(other, 'eth1', '10.99.1.9', 'neighbour', '10.99.1.9', '9001');
    await forge(other, 'eth1', '192.168.77.9', 'far', '10.99.1.9', '9002');
    await browsing.line(/^added neighbour /m);
    await browsing.line(/^added far /m);
    expect(browsing.stdout).not.toMatch(/forged/);
  },
);

await labTest(
  'each of 25 links hears its neighbours, and nobody who is on a link of others with a source of its own',
  { hosts: 2 },
  async (lan) => {
    const [victim, other] = [lan.host(1), lan.host(2)];
    const links = Array.from({ length: 24 }, (_, at) => at + 1);
    await Promise.all(links.map((link) => lan.addLink([victim, other], link)));
    const browsing = await startProgram(victim, 'mdns-node', 'browse', '_thing._tcp');
    await forge(other, 'eth24', '10.99.0.9', 'forged', '10.99.0.9', '9000');
    const busy = [0, 7, 13, 20, 24];
    for (const link of busy)
      await forge(other, `eth${link}`, `10.99.${link}.9`, `on${link}`, `10.99.${link}.9`, '9001');
    for (const link of busy) await browsing.line(new RegExp(`^added on${link} `, 'm'));
    expect(browsing.stdout).not.toMatch(/forged/);
  },
);

await labTest(
  'a forged source of this host makes none of its loopback ports an endpoint',
  { hosts: 2 },
  async (lan) => {
    const [victim, rogue] = [lan.host(1), lan.host(2)];
    const addresses = await victim.read('ip', ['-6', '-o', 'address', 'show', 'dev', 'eth0', 'scope', 'link']);
    const own = /(fe80:\S+)\//.exec(addresses)?.[1] ?? '';
    const proxying = await proxy(victim, 'thing:7000');
    await forge(rogue, 'eth0', own, 'evil', '127.0.0.1', '9000');
    await proxying.line(/evil.*127\.0\.0\.1, by which each machine reaches itself alone/, { stream: 'stderr' });
    expect(proxying.stdout).not.toMatch(/found.*evil/);
  },
);
