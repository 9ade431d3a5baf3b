import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Host } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { announce, spawnAmbassador, startProgram } from '../../ambassador.ts';
import { follow } from '../../follow.ts';
import { labTest } from '../../lab-test.ts';
import { startForwarder } from './forwarder.ts';

const DOMAIN = 'ambassador.internal';
const HAPROXY_PORT = '9000';
const FIGURES = fileURLToPath(new URL('../../../test-results/', import.meta.url));
/** Who comes and goes is known at once, by his announcement and his goodbye. */
const KNOWN_MS = 1_000;
/** An answer holds for 5 s, "there is none" for 1 s. */
const TTL_MS = 5_000;
const NEGATIVE_MS = 1_000;
/** Whatever an answer says, haproxy asks each second and holds what is gone for another. */
const HAPROXY_MS = 2_000;
/** Prometheus asks each second, too, hands on what it found once in 5 s, and takes that up once in 5 s. */
const PROMETHEUS_MS = 11_000;

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

const PROMETHEUS = `
global: { scrape_interval: 1s }
scrape_configs:
  - job_name: thing
    dns_sd_configs: [{ names: [_thing._tcp.${DOMAIN}], type: SRV, refresh_interval: 1s }]
`;

async function startReaders(host: Host): Promise<void> {
  await host.read('mkdir', ['/run/prometheus']);
  const write = async (path: string, input: string): Promise<unknown> => await host.read('tee', [path], { input });
  await Promise.all([
    write('/run/haproxy.cfg', HAPROXY),
    write('/run/prometheus.yml', PROMETHEUS),
    write('/run/resolv.conf', 'nameserver 127.0.0.1\n'),
  ]);
  await startForwarder(host);
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
    const addresses = async (...server: readonly string[]): Promise<readonly string[]> =>
      (await h3.read('dig', [...server, '+short', 'A', `thing.${DOMAIN}`])).trim().split('\n').sort();
    const readers = [
      ['haproxy', () => askHaproxy(h3), ({ name }: Host) => name, HAPROXY_MS],
      [
        'Prometheus',
        () => listTargets(h3),
        (host: Host) => `thing-on-${host.name}.thing.${DOMAIN}:7000`,
        PROMETHEUS_MS,
      ],
      ['BIND', () => addresses('@127.0.0.1'), ({ ip }: Host) => ip, 0],
    ] as const;
    const figures: Record<string, number> = {};
    /** Each has it for no longer than what it was told before holds. */
    const expectFollowed = async (change: string, hosts: readonly Host[], holdsMs = TTL_MS): Promise<void> => {
      const known = await follow(
        () => addresses('@127.0.0.1', '-p', '5355'),
        nameAll(hosts, ({ ip }) => ip),
      );
      figures[change] = known.ms;
      expect(known.ms, change).toBeLessThan(KNOWN_MS + known.lateMs);
      await Promise.all(
        readers.map(async ([reader, look, nameOf, ownMs]) => {
          const { ms, lateMs } = await follow(
            look,
            reader === 'Prometheus' ? hosts.map(nameOf) : nameAll(hosts, nameOf),
          );
          figures[`${change}, ${reader}`] = ms;
          expect(ms, `${change}, ${reader}`).toBeLessThan(holdsMs + ownMs + lateMs);
        }),
      );
    };

    for (const [, look, nameOf] of readers) await expect.poll(look).toEqual([nameOf(h1)]);
    const second = await announce(h2, 'thing:7000');
    await expectFollowed('one comes', [h1, h2]);
    first.kill('SIGTERM');
    await expectFollowed('one goes', [h2]);
    second.kill('SIGTERM');
    await expectFollowed('none is left', []);
    await announce(h1, 'thing:7000');
    await expectFollowed('one is back', [h1], NEGATIVE_MS);
    mkdirSync(FIGURES, { recursive: true });
    writeFileSync(`${FIGURES}dns-readers.json`, JSON.stringify(figures));
  },
);

/** As lines of what was read: an empty one where there is nobody. */
function nameAll(hosts: readonly Host[], nameOf: (host: Host) => string): readonly string[] {
  return hosts.length === 0 ? [''] : hosts.map(nameOf);
}
