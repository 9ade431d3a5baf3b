import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Host } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { announce, spawnAmbassador, startProgram } from '../../ambassador.ts';
import { labTest } from '../../lab-test.ts';

const DOMAIN = 'ambassador.internal';
const HAPROXY_PORT = '9000';
const FIGURES = fileURLToPath(new URL('../../../test-results/', import.meta.url));
/** An answer holds for 5 s, and haproxy and Prometheus ask each second. Prometheus puts what it found together for 5 s. On two processors that all tests share each may be late. */
const TTL_MS = 5_000;
const LATE_MS = 20_000;

/** It takes the datagrams that it has room for, and asks anew when an answer is a second old. */
const HAPROXY = `
resolvers names
  nameserver ambassador 127.0.0.1:5355
  accepted_payload_size 8192
  hold valid 1s
  hold nx 1s
  hold obsolete 1s
  timeout resolve 1s
defaults
  mode tcp
  timeout connect 5s
  timeout client 30s
  timeout server 30s
listen things
  bind 127.0.0.1:${HAPROXY_PORT}
  server-template thing 4 _thing._tcp.${DOMAIN} resolvers names resolve-prefer ipv4
`;

/** A name server of the house that hands the domain on, as CoreDNS, unbound and dnsmasq do. */
const BIND = `
options {
  directory "/run/bind"; pid-file none; session-keyfile "/run/bind/session.key"; managed-keys-directory "/run/bind";
  listen-on { 127.0.0.1; }; listen-on-v6 { none; }; recursion yes; dnssec-validation no; notify no;
};
zone "${DOMAIN}" { type forward; forward only; forwarders { 127.0.0.1 port 5355; }; };
`;

const PROMETHEUS = `
global: { scrape_interval: 1s }
scrape_configs:
  - job_name: thing
    dns_sd_configs: [{ names: [_thing._tcp.${DOMAIN}], type: SRV, refresh_interval: 1s }]
`;

async function startReaders(host: Host): Promise<void> {
  await host.read('mkdir', ['/run/bind', '/run/prometheus']);
  const write = async (path: string, input: string): Promise<unknown> => await host.read('tee', [path], { input });
  await Promise.all([
    write('/run/haproxy.cfg', HAPROXY),
    write('/run/bind/named.conf', BIND),
    write('/run/prometheus.yml', PROMETHEUS),
    write('/run/resolv.conf', 'nameserver 127.0.0.1\n'),
  ]);
  const named = host.spawn('/usr/sbin/named', ['-g', '-c', '/run/bind/named.conf']);
  await named.line(/ running$/);
  host.spawn('haproxy', ['-f', '/run/haproxy.cfg']);
  const place = ['--storage.tsdb.path=/run/prometheus', '--web.listen-address=127.0.0.1:9090'];
  host.spawn('prometheus', ['--config.file=/run/prometheus.yml', ...place]);
}

/** Four connections, one after the other; an empty line for one that leads nowhere. */
const ASK_FOUR_TIMES = `for i in 1 2 3 4; do (exec 3<>/dev/tcp/127.0.0.1/${HAPROXY_PORT}; echo who >&3; cat <&3) || echo; done`;

/** Whom haproxy leads to. */
async function askHaproxy(host: Host): Promise<readonly string[]> {
  const { stdout } = await host.run('bash', ['-c', ASK_FOUR_TIMES]);
  return [...new Set(stdout.trim().split('\n'))].sort();
}

async function listTargets(host: Host): Promise<readonly string[]> {
  const { stdout } = await host.run('curl', ['--silent', 'http://127.0.0.1:9090/api/v1/targets']);
  if (stdout === '') return [];
  const { data } = JSON.parse(stdout) as { data: { activeTargets: readonly { labels: { instance: string } }[] } };
  return data.activeTargets.map(({ labels }) => labels.instance.replace(/-\w{7}\./, '.')).sort();
}

await labTest(
  'haproxy, Prometheus and a name server that forwards follow what comes and goes',
  { hosts: 3, needs: ['haproxy', 'named', 'prometheus', 'dig', 'curl'] },
  async (lan) => {
    const [h1, h2, h3] = [lan.host(1), lan.host(2), lan.host(3)];
    await Promise.all([startProgram(h1, 'service', '7000', 'h1'), startProgram(h2, 'service', '7000', 'h2')]);
    const [first, answering] = [await announce(h1, 'thing:7000'), spawnAmbassador(h3, ['dns'])];
    await answering.line(/answering DNS/);
    await startReaders(h3);
    const target = (host: Host): string => `thing-on-${host.name}.thing.${DOMAIN}:7000`;
    const forwarded = async (): Promise<readonly string[]> =>
      (await h3.read('dig', ['@127.0.0.1', '+short', 'A', `thing.${DOMAIN}`])).trim().split('\n').sort();
    const figures: Record<string, number> = {};
    /** All of them have it within the TTL of what was there before. */
    const follow = async (change: string, hosts: readonly Host[]): Promise<void> => {
      const since = performance.now();
      const see = async (reader: string, look: () => Promise<readonly string[]>, expected: readonly string[]) => {
        await expect.poll(look, { timeout: TTL_MS + LATE_MS }).toEqual(expected);
        figures[`${change}, ${reader}`] = Math.round(performance.now() - since);
      };
      await Promise.all([
        see(
          'haproxy',
          () => askHaproxy(h3),
          hosts.map(({ name }) => name),
        ),
        see('Prometheus', () => listTargets(h3), hosts.map(target)),
        see(
          'BIND',
          forwarded,
          hosts.map(({ ip }) => ip),
        ),
      ]);
    };

    await expect.poll(() => askHaproxy(h3)).toEqual(['h1']);
    await expect.poll(() => listTargets(h3)).toEqual([target(h1)]);
    await expect.poll(forwarded).toEqual([h1.ip]);

    await announce(h2, 'thing:7000');
    await follow('one comes', [h1, h2]);
    first.kill('SIGTERM');
    await follow('one goes', [h2]);
    mkdirSync(FIGURES, { recursive: true });
    writeFileSync(`${FIGURES}dns-readers.json`, JSON.stringify(figures));
  },
);
