import type { Host, HostProcess, Lab } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { runAmbassador, spawnAmbassador, startProgram } from '../../ambassador.ts';
import { BASE_IMAGE, type DockerDaemon, REDIS_IMAGE } from '../../docker-daemon.ts';
import { dockerTests } from '../../docker-test.ts';
import { startAvahi } from '../../interop/peers/avahi.ts';
import { ADMIN_ADDRESS, askAdmin, readMetric } from '../admin/admin-client.ts';
import { Promptness } from './promptness.ts';

/** Says its name to whoever connects. Told to end, it goes on until it is allowed to. */
const SLOW_TO_END =
  "require('net').createServer(s=>s.end(process.env.WHO+'\\n')).listen(8000);process.on('SIGTERM',()=>setInterval(()=>require('fs').existsSync('/tmp/may-end')&&process.exit(),50))";
/** Its HEALTHCHECK looks for a file. */
const HEALTH_FLAGS = ['--health-cmd', 'test -e /tmp/well', '--health-interval', '200ms', '--health-retries', '1'];
/** Between the announcer and the daemon, so that the stream of events can be cut. */
const RELAY = '/run/relay.sock';
const DAEMON_SOCKET = '/run/docker.sock';
/** Limits against hanging. */
const WAIT = { timeout: 60_000 };
const STOP_SECONDS = '120';
const MANY = 50;
const MANY_WITHIN_MS = 10_000;

await dockerTests(
  {
    needs: ['avahi-browse', 'avahi-daemon', 'curl', 'dbus-daemon'],
    prepare: (daemon) => daemon.importBaseImages(),
  },
  { 'containers are announced by label, and the network sees each change within two seconds': followLabels },
);

async function followLabels(daemon: DockerDaemon, lan: Lab): Promise<void> {
  const [h1, h2] = [lan.host(1), lan.host(2)];
  await startAvahi(h2);
  let relay = await startProgram(h1, 'socket-relay', RELAY, DAEMON_SOCKET);
  const announcing = spawnAmbassador(h1, ['announce', '--docker', '--docker-socket', RELAY, '--admin', ADMIN_ADDRESS]);
  await announcing.line(/^following the containers/, { stream: 'stdout', ...WAIT });
  const view = new View(h2);
  const promptness = new Promptness();
  const start = (name: string, ...flags: readonly string[]): Promise<string> =>
    daemon.docker(
      ...['run', '--detach', '--name', name, '--label', 'ambassador.service=web', '--publish', '8000'],
      ...['--env', `WHO=${name}`, ...flags, BASE_IMAGE, 'node', '-e', SLOW_TO_END],
    );
  const comes = (name: string): Promise<void> => promptness.measure(`${name} comes`, () => view.shows([name]));
  const goes = (name: string): Promise<void> => promptness.measure(`${name} goes`, () => view.hides([name]));
  await start('plain');
  await comes('plain');
  const resolved = await runAmbassador(h2, ['resolve', 'web', '--json'], WAIT);
  expect(JSON.parse(resolved.stdout)).toMatchObject([{ address: h1.ip, instance: 'plain on h1' }]);
  await expect.poll(() => countAnnounced(h1)).toBe(1);
  await daemon.docker('pause', 'plain');
  await goes('plain');
  await expect.poll(() => countAnnounced(h1)).toBe(0);
  await daemon.docker('unpause', 'plain');
  await comes('plain');

  // It is told to end: withdrawn on the network before it is gone.
  const stopped = daemon.docker('stop', '--time', STOP_SECONDS, 'plain');
  await goes('plain');
  expect(await daemon.docker('inspect', '--format', '{{.State.Running}}', 'plain')).toBe('true');
  await daemon.docker('exec', 'plain', 'sh', '-c', ': > /tmp/may-end');
  await stopped;

  await start('checked', ...HEALTH_FLAGS);
  await awaitHealth(daemon, 'checked', 'unhealthy');
  expect(view.everShowed('checked')).toBe(false);
  await daemon.docker('exec', 'checked', 'sh', '-c', ': > /tmp/well');
  await awaitHealth(daemon, 'checked', 'healthy');
  await comes('checked');
  await daemon.docker('exec', 'checked', 'node', '-e', "require('fs').unlinkSync('/tmp/well')");
  await awaitHealth(daemon, 'checked', 'unhealthy');
  await goes('checked');

  // Registrator's variables do, too.
  const old = ['--name', 'old', '--publish', '6379', '--env', 'SERVICE_6379_NAME=web', REDIS_IMAGE];
  await daemon.docker('run', '--detach', ...old, 'redis-server', '--protected-mode', 'no');
  await comes('old');
  await daemon.docker('kill', 'old');
  await goes('old');

  // What happens while the stream of events is lost is seen when it is back.
  await start('kept');
  await comes('kept');
  await relay.stop('SIGKILL');
  await announcing.line(/is lost/, { stream: 'stdout', ...WAIT });
  await start('missed');
  await daemon.docker('kill', 'kept');
  relay = await startProgram(h1, 'socket-relay', RELAY, DAEMON_SOCKET);
  await announcing.line(/^following the containers/, { stream: 'stdout', ...WAIT });
  await promptness.measure('after a lost stream', async () => {
    await Promise.all([view.shows(['missed']), view.hides(['kept'])]);
  });

  // Fifty, as fast as the daemon starts them.
  const startedAt = Date.now();
  const names = await startMany(h1);
  const tookMs = Date.now() - startedAt;
  process.stderr.write(`${MANY} containers started in ${tookMs} ms\n`);
  const untilSeen = (): Promise<void> => view.shows(names);
  await (tookMs <= MANY_WITHIN_MS ? promptness.measure(`${MANY} at once`, untilSeen) : untilSeen());
  promptness.judge();
  await expect.poll(() => countAnnounced(h1)).toBe(MANY + 1);
}

/** By the metrics of who announces: those that are none have no series. */
async function countAnnounced(host: Host): Promise<number> {
  const { body } = await askAdmin(host, '/metrics');
  return readMetric(body, 'ambassador_announcements{service="web",state="announced"}') ?? 0;
}

/** Small ones, on the host's network; eight clients of the daemon at a time. */
async function startMany(host: Host): Promise<readonly string[]> {
  const redis = "redis-server --port $((7000 + i)) --protected-mode no --save ''";
  const flags = '--detach --name many$i --network host --label ambassador.$((7000 + i)).service=web';
  const run = `docker run ${flags} ${REDIS_IMAGE} ${redis} >/dev/null`;
  const script = `for i in $(seq ${MANY}); do ${run} & [ $((i % 8)) = 0 ] && wait; done; wait`;
  await host.read('sh', ['-c', script], { timeout: 200_000 });
  return Array.from({ length: MANY }, (_, index) => `many${index + 1}`);
}

async function awaitHealth(daemon: DockerDaemon, name: string, health: string): Promise<void> {
  const ask = (): Promise<string> => daemon.docker('inspect', '--format', '{{.State.Health.Status}}', name);
  await expect.poll(ask, WAIT).toBe(health);
}

/** What avahi-browse sees of _http._tcp on another host. */
class View {
  readonly #browsing: HostProcess;

  constructor(host: Host) {
    this.#browsing = host.spawn('avahi-browse', ['--parsable', '_http._tcp']);
  }

  async shows(names: readonly string[]): Promise<void> {
    await this.#browsing.until((output) => names.every((name) => lastSign(output, name) === '+'), WAIT);
  }

  async hides(names: readonly string[]): Promise<void> {
    await this.#browsing.until((output) => names.every((name) => lastSign(output, name) === '-'), WAIT);
  }

  everShowed(name: string): boolean {
    return lastSign(this.#browsing.output, name) !== undefined;
  }
}

/** `+` or `-`, as was said last of the instance that is named after this container. */
function lastSign(output: string, container: string): string | undefined {
  const at = output.lastIndexOf(`;eth0;IPv4;${container}\\032`);
  return at < 0 ? undefined : output[at - 1];
}
