import type { Host } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { announce, list, proxy, spawnAmbassador, startProgram } from '../ambassador.ts';
import { Browser } from '../browser.ts';
import { who } from '../clients.ts';
import { labTest } from '../lab-test.ts';
import { avahi, startAvahi } from './peers/avahi.ts';

/** Debian's, which writes it when libnss-mdns is installed. */
const HOSTS = 'hosts: files mdns4_minimal [NOTFOUND=return] dns\n';
const USE_HOSTS = `
grep -v '^hosts:' /etc/nsswitch.conf > /run/nsswitch.conf
cat >> /run/nsswitch.conf
mount --bind /run/nsswitch.conf /etc/nsswitch.conf`;
/** Says for which host it was asked. */
const PAGE = `require('http').createServer((request, response) => response.end(request.headers.host + ' of h1')).listen(3001)`;
/** On a busy machine an answer may come later. */
const WAIT = { timeout: 30_000, interval: 500 };

await labTest(
  'a page has a name in .local for avahi, getaddrinfo and a browser, by each link the address there; a second is web-2, and a proxy of web never leads to a printer',
  { hosts: 4, needs: [...avahi.needs, 'nss-mdns', 'chromium'] },
  async (lan) => {
    const [h1, h2, h3, h4] = [lan.host(1), lan.host(2), lan.host(3), lan.host(4)];
    await lan.addLink([h1, h4]);
    await h4.read('ip', ['link', 'set', 'eth0', 'down']);
    await Promise.all([h3, h4].map((host) => useNames(host)));
    for (const host of [h1, h2, h3]) await startProgram(host, 'service', '3000', host.name);

    const first = await announce(h1, 'web:3000', '--txt', 'path=/who');
    await first.line(/^web in a browser: http:\/\/web\.local:3000\/who or http:\/\/10\.99\.0\.1:3000\/who$/m);
    await expect.poll(() => resolveByAvahi(h3, 'web.local'), WAIT).toBe(h1.ip);
    await expect.poll(() => resolveBySystem(h3, 'web.local'), WAIT).toBe(h1.ip);
    await expect.poll(() => resolveBySystem(h4, 'web.local'), WAIT).toBe('10.99.1.1');
    const browse = ['--terminate', '--resolve', '--parsable', '_http._tcp'];
    await expect
      .poll(() => h3.read('avahi-browse', browse), WAIT)
      .toMatch(/^=;eth0;IPv4;web.032on.032h1;.*;3000;.*"path=\/who"/m);

    await avahi.publish(h3, { instance: 'printer', type: '_http._tcp', port: 3000, txt: {} });
    const everything = (): Promise<readonly string[]> => listNames(h2, '_http._tcp');
    await expect.poll(everything, WAIT).toEqual(['printer', 'web on h1']);
    await expect.poll(() => listNames(h2, 'web'), WAIT).toEqual(['web on h1']);
    await (await proxy(h2, 'web:8000')).line(/^found /);
    for (let n = 0; n < 10; n++) expect(await who(h2, 8000)).toBe('h1\n');

    const second = spawnAmbassador(h2, ['announce', 'web:3000']);
    await second.line(/^web\.local is another machine's: web here is web-2\.local now$/m);
    await second.line(/^web in a browser: http:\/\/web-2\.local:3000 or http:\/\/10\.99\.0\.2:3000$/m);
    await expect.poll(() => resolveBySystem(h3, 'web-2.local'), WAIT).toBe(h2.ip);
    expect(await resolveBySystem(h3, 'web.local')).toBe(h1.ip);

    h1.spawn(process.execPath, ['-e', PAGE]);
    await h1.until('ss --tcp --listening --numeric --no-header | grep --quiet :3001');
    const browser = await Browser.open(h3, 'http://web.local:3001/');
    expect(await browser.run('document.body.textContent')).toBe('web.local:3001 of h1');
    await browser.close();

    await first.stop();
    await expect.poll(() => resolveBySystem(h3, 'web.local'), WAIT).toBe('');
    expect(await resolveBySystem(h3, 'web-2.local')).toBe(h2.ip);
  },
);

async function listNames(host: Host, service: string): Promise<readonly string[]> {
  const found = await list<{ readonly instance: string }>(host, service);
  return found.map(({ instance }) => instance).toSorted();
}

/** What any program gets that asks the system. Empty: nothing. */
async function resolveBySystem(host: Host, name: string): Promise<string> {
  const { stdout } = await host.run('getent', ['ahostsv4', name]);
  return stdout.split(/\s/)[0] ?? '';
}

async function resolveByAvahi(host: Host, name: string): Promise<string> {
  const { stdout } = await host.run('avahi-resolve', ['-4', '--name', name]);
  return stdout.trim().split(/\s+/)[1] ?? '';
}

async function useNames(host: Host): Promise<void> {
  await startAvahi(host);
  await host.read('sh', ['-c', USE_HOSTS], { input: HOSTS });
}
