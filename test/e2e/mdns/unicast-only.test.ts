import { type Host, type HostProcess, PYTHON } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { locateProgram, proxy, runAmbassador, spawnAmbassador, startProgram } from '../../ambassador.ts';
import { who } from '../../clients.ts';
import { labTest } from '../../lab-test.ts';

const NEEDS = { needs: ['python3'] } as const;
/** Seconds; records that live for less than five are not refreshed. */
const TTL = '6';
/** To questions and to what is asked back; by then what was told first would be over. */
const ANSWERS = 12;

async function startDevice(host: Host, name: string, numbering: 'zero' | 'same'): Promise<HostProcess> {
  const device = host.spawn(PYTHON, [locateProgram('unicast-responder.py'), name, '7000', TTL, numbering]);
  await device.line(/^ready/);
  return device;
}

await labTest(
  'a responder that answers by unicast alone is found, reached and kept',
  { hosts: 3, ...NEEDS },
  async (lan) => {
    const [h1, h2, h3] = [lan.host(1), lan.host(2), lan.host(3)];
    const devices = [await startDevice(h2, 'zero', 'zero'), await startDevice(h3, 'same', 'same')];
    for (const host of [h2, h3]) await startProgram(host, 'service', '7000', host.name);
    const proxying = await proxy(h1, 'thing:7001', '--balance', 'round-robin');
    await proxying.until((output) => /^found "zero"/m.test(output) && /^found "same"/m.test(output));
    expect([await who(h1, 7001), await who(h1, 7001)].toSorted()).toEqual(['h2\n', 'h3\n']);
    for (const device of devices) {
      await device.until((output) => (output.match(/^answered/gm)?.length ?? 0) >= ANSWERS);
    }
    expect(proxying.stdout).not.toContain('lost');
  },
);

await labTest(
  'unicast whose source is forged is not believed, by whichever interface it comes and whoever has that source',
  { hosts: 3, ...NEEDS },
  async (lan) => {
    const [victim, rogue, device] = [lan.host(1), lan.host(2), lan.host(3)];
    await lan.addLink([victim, rogue]);
    const forge = async (link: string, source: string, to: string, name: string): Promise<void> => {
      const mac = (await victim.read('cat', [`/sys/class/net/${link}/address`])).trim();
      const forging = rogue.spawn(PYTHON, [
        locateProgram('mdns-forger.py'),
        link,
        source,
        name,
        source,
        '9000',
        to,
        mac,
      ]);
      await forging.line(/^ready/);
    };
    // A neighbour of eth0 that nobody is, one that says something else, this host itself, and nobody on the rogue's own link.
    await forge('eth1', '10.99.0.9', victim.ip, 'forged nobody');
    await forge('eth1', device.ip, victim.ip, 'forged neighbour');
    await forge('eth1', victim.ip, '10.99.1.1', 'forged self');
    await forge('eth1', '10.99.1.9', '10.99.1.1', 'forged near');
    await startDevice(device, 'same', 'same');
    const watching = spawnAmbassador(victim, ['list', 'thing', '--watch']);
    await watching.line(/^\[\+\] thing "same"/);
    await watching.stop('SIGTERM');
    const { stdout } = await runAmbassador(victim, ['list', 'thing', '--timeout', '5s']);
    expect(`${watching.stdout}${stdout}`).not.toContain('forged');
  },
);
