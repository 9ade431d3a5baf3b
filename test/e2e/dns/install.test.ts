import type { Host, HostProcess } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { announce, runAmbassador, spawnAmbassador } from '../../ambassador.ts';
import { labTest } from '../../lab-test.ts';

const NAME = 'web.ambassador.internal';
const WRITTEN = 'ambassador.internal.conf';

/** What is changed in /etc is this host's alone; it asks a name server of its own. */
async function prepareHost(host: Host): Promise<void> {
  const copy = 'cp -a /etc /run/etc && mount --bind /run/etc /etc && rm -f /etc/resolv.conf';
  await host.read('sh', ['-c', `${copy} && echo nameserver 127.0.0.1 > /etc/resolv.conf`]);
}

/** Every file of a folder and what is in it; empty where it is not there. */
async function readTree(host: Host, folder: string): Promise<string> {
  return (await host.run('sh', ['-c', `cd ${folder} && find . -type f -exec sha256sum {} + && find . -type d`])).stdout;
}

async function startDnsmasq(host: Host, folder: string): Promise<HostProcess> {
  const place = ['--listen-address=127.0.0.1', '--bind-interfaces', `--conf-dir=${folder}`, '--pid-file='];
  const dnsmasq = host.spawn('dnsmasq', ['--keep-in-foreground', '--log-facility=-', '--user=root', ...place]);
  await dnsmasq.line(/dnsmasq\[\d+\]: read |started/);
  return dnsmasq;
}

await labTest(
  'dnsmasq, alone and as NetworkManager has it, asks for the domain where dns --install wrote so, and all is as it was after --uninstall',
  { hosts: 2, needs: ['dnsmasq'] },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    await Promise.all([prepareHost(h2), announce(h1, 'web:3000', '--check', 'none')]);
    const answering = spawnAmbassador(h2, ['dns']);
    await answering.line(/answering DNS for/);
    const address = async (): Promise<string> => (await h2.run('getent', ['ahostsv4', NAME])).stdout;

    for (const [folder, prepare, reload] of [
      [
        '/etc/dnsmasq.d',
        "printf 'no-resolv\\nstop-dns-rebind\\n' > /etc/dnsmasq.d/own.conf",
        'systemctl restart dnsmasq',
      ],
      [
        '/etc/NetworkManager/dnsmasq.d',
        "printf '[main]\\ndns=dnsmasq\\n' > /etc/NetworkManager/NetworkManager.conf",
        'nmcli general reload dns-full',
      ],
    ] as const) {
      await h2.read('sh', ['-c', `mkdir -p ${folder} /etc/NetworkManager && ${prepare}`]);
      const before = await readTree(h2, folder);
      // Nothing runs here that could restart it: the file is written, and what remains is said.
      const installed = await runAmbassador(h2, ['dns', '--install', '--write']);
      expect(installed).toMatchObject({ code: 69, stderr: expect.stringContaining(reload) });
      expect((await h2.run('dnsmasq', ['--test', `--conf-file=${folder}/${WRITTEN}`])).stderr).toContain(
        'syntax check OK',
      );
      const dnsmasq = await startDnsmasq(h2, folder);
      await expect.poll(address).toMatch(new RegExp(`^${h1.ip}\\s`));
      await dnsmasq.stop('SIGTERM');
      const removed = await runAmbassador(h2, ['dns', '--uninstall', '--write']);
      expect(removed).toMatchObject({ code: 69, stderr: expect.stringContaining(`${folder}/${WRITTEN} is removed`) });
      expect(await readTree(h2, folder)).toBe(before);
    }

    // What somebody else wrote is left alone.
    await h2.read('sh', ['-c', `echo '# mine' > /etc/NetworkManager/dnsmasq.d/${WRITTEN}`]);
    for (const direction of ['--install', '--uninstall']) {
      const refused = await runAmbassador(h2, ['dns', direction, '--write']);
      expect(refused).toMatchObject({ code: 77, stderr: expect.stringContaining('was not written by ambassador') });
    }
  },
);
