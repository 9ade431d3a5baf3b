import type { Host, HostProcess } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { announce, runAmbassador, spawnAmbassador, startProgram } from '../../ambassador.ts';
import { AMBASSADOR_IMAGE, BASE_IMAGE, REDIS_IMAGE } from '../../docker-daemon.ts';
import { dockerTest } from '../../docker-test.ts';
import { startAvahi } from '../../interop/peers/avahi.ts';

/** As a service would be run that trusts nobody. */
const LOCKED_DOWN = ['--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'];
const FEED = ['--volume', '/run/ambassador:/run/ambassador:ro'];
/**
 * Says its name to whoever connects, and finishes for three seconds when told to end. A goodbye is believed a second after it was
 * said (RFC 6762 10.1), and a record that was multicast just now is not multicast again within a second (6).
 */
const SLOW_TO_END =
  "require('net').createServer(s=>s.end(process.env.WHO+'\\n')).listen(8000);process.on('SIGTERM',()=>setTimeout(()=>process.exit(),3000))";
/** Its HEALTHCHECK looks for a file. */
const HEALTH_FLAGS = [
  '--health-cmd',
  "node -e \"require('fs').accessSync('/tmp/well')\"",
  '--health-interval',
  '200ms',
];
/** Between the announcer and the daemon, so that the stream of events can be cut. */
const RELAY = '/run/relay.sock';
const RIGHT_WITHIN_MS = 2_000;

function startRedis(host: Host, port: number): HostProcess {
  return host.spawn('redis-server', ['--port', `${port}`, '--bind', '0.0.0.0', '--protected-mode', 'no', '--save', '']);
}

await dockerTest(
  'an unmodified application in a container talks to redis:6379 while redis moves, scales and dies',
  [],
  async (daemon, lan) => {
    await daemon.buildImage();
    const inspected = JSON.parse(await daemon.docker('image', 'inspect', AMBASSADOR_IMAGE, BASE_IMAGE));
    const [image, base] = inspected;
    process.stderr.write(
      `image: ${(image.Size / 1e6).toFixed(0)} MB, ${((image.Size - base.Size) / 1e6).toFixed(1)} MB of it ambassador\n`,
    );
    expect(image.Size - base.Size).toBeLessThan(30e6);
    expect(image.Config).toMatchObject({ User: '65532:65532', StopSignal: 'SIGTERM' });

    const agent = spawnAmbassador(lan.host(1), ['agent']);
    await agent.line(/^serving/, { stream: 'stdout' });
    await daemon.docker('network', 'create', 'apps');
    const listen = ['--listen', '0.0.0.0:6379', '--allow-remote', '--from', 'agent:/run/ambassador/agent.sock'];
    const proxy = ['--name', 'proxy', '--network', 'apps', '--network-alias', 'redis', ...LOCKED_DOWN, ...FEED];
    const beat = ['--health-interval', '500ms'];
    await daemon.docker('run', '--detach', ...proxy, ...beat, AMBASSADOR_IMAGE, 'proxy', 'redis', ...listen);

    const [h2, h3] = [lan.host(2), lan.host(3)];
    const first = startRedis(h2, 12_345);
    const announcing = await announce(h2, 'redis:12345', '--name', 'first');
    const said = (): Promise<string> => daemon.docker('logs', 'proxy');
    await expect.poll(said, { timeout: 10_000 }).toContain('first');

    // Knows nothing of ambassador: a new connection for each command.
    const app =
      "let n=0,bad=0;const go=()=>{const s=require('net').connect(6379,'redis');let ok=false;s.on('connect',()=>s.write('PING\\r\\n'));s.on('data',()=>{ok=true;s.destroy()});s.on('error',()=>{});s.on('close',()=>{n++;if(!ok){bad++;console.log('bad')}setTimeout(go,5)})};for(let i=0;i<4;i++)go();process.on('SIGTERM',()=>{console.log(JSON.stringify({n,bad}));process.exit()})";
    await daemon.docker('run', '--detach', '--name', 'app', '--network', 'apps', BASE_IMAGE, 'node', '-e', app);

    // It moves: to another host and port.
    const servers = [13_001, 13_002, 13_003, 13_004, 13_005].map((port) => startRedis(h3, port));
    await announce(h3, 'redis:13001', '--name', 'moved');
    await expect.poll(said, { timeout: 10_000 }).toContain('moved');
    await announcing.stop();
    await first.stop();
    // It grows to five.
    await Promise.all(
      [13_002, 13_003, 13_004, 13_005].map((port) => announce(h3, `redis:${port}`, '--name', `grown ${port}`)),
    );
    await expect.poll(said, { timeout: 10_000 }).toContain('grown 13005');
    // One dies.
    await servers[2]?.stop('SIGKILL');
    // The agent goes away and comes back.
    await agent.stop('SIGKILL');
    const again = spawnAmbassador(lan.host(1), ['agent']);
    await again.line(/^somebody asks for redis/, { stream: 'stdout' });
    await expect
      .poll(() => daemon.docker('inspect', '--format', '{{.State.Health.Status}}', 'proxy'), { timeout: 10_000 })
      .toBe('healthy');
    await daemon.docker('stop', 'app');
    const tally = JSON.parse((await daemon.docker('logs', 'app')).split('\n').at(-1) ?? '');
    process.stderr.write(`application in a container: ${tally.n} connections, ${tally.bad} failed\n`);
    expect(tally.bad).toBe(0);
    expect(tally.n).toBeGreaterThan(200);

    // It runs as nobody, without capabilities, and ends by itself.
    const status = await daemon.docker(
      'exec',
      'proxy',
      'node',
      '-e',
      "console.log(require('fs').readFileSync('/proc/1/status','utf8'))",
    );
    expect(status).toMatch(/^Uid:\t65532\t65532\t65532/m);
    expect(status).toMatch(/^CapEff:\t0000000000000000/m);
    await daemon.docker('stop', '--time', '30', 'proxy');
    expect(await daemon.docker('inspect', '--format', '{{.State.ExitCode}}', 'proxy')).toBe('0');
  },
);

await dockerTest(
  'containers are announced by label: health, pause, a kill, a lost event stream and fifty at once',
  ['avahi-browse', 'avahi-daemon', 'dbus-daemon'],
  async (daemon, lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    await startAvahi(h2);
    let relay = await startProgram(h1, 'socket-relay', RELAY, '/run/docker.sock');
    const announcing = spawnAmbassador(h1, ['announce', '--docker', '--docker-socket', RELAY]);
    await announcing.line(/^following the containers/, { stream: 'stdout' });
    const watching = h2.spawn('avahi-browse', ['--parsable', '_web._tcp']);
    const browsed = (sign: '+' | '-', name: string): RegExp => new RegExp(`^\\${sign};eth0;IPv4;${name}`);
    const start = async (name: string, ...flags: readonly string[]): Promise<void> => {
      const labels = ['--label', 'ambassador.service=web', '--publish', '8000', '--env', `WHO=${name}`];
      await daemon.docker(
        'run',
        '--detach',
        '--name',
        name,
        ...labels,
        ...flags,
        BASE_IMAGE,
        'node',
        '-e',
        SLOW_TO_END,
      );
    };
    const within = { timeout: RIGHT_WITHIN_MS };

    await start('plain');
    await watching.line(browsed('+', 'plain'), within);
    const resolved = await runAmbassador(h2, ['resolve', 'web', '--json']);
    expect(JSON.parse(resolved.stdout)).toMatchObject([{ address: '10.99.0.1', instance: 'plain on h1' }]);

    await daemon.docker('pause', 'plain');
    await watching.line(browsed('-', 'plain'), within);
    await daemon.docker('unpause', 'plain');
    await watching.line(browsed('+', 'plain'), within);

    // It is told to end: withdrawn on the network before it is gone.
    const stopping = daemon.docker('stop', 'plain').then(() => 'gone' as const);
    const withdrawn = watching.line(browsed('-', 'plain'), within).then(() => 'withdrawn' as const);
    expect(await Promise.race([stopping, withdrawn])).toBe('withdrawn');
    await stopping;

    await start('checked', ...HEALTH_FLAGS);
    await daemon.docker('exec', 'checked', 'node', '-e', "require('fs').writeFileSync('/tmp/well','')");
    await expect
      .poll(() => daemon.docker('inspect', '--format', '{{.State.Health.Status}}', 'checked'), { timeout: 10_000 })
      .toBe('healthy');
    await watching.line(browsed('+', 'checked'), within);
    await daemon.docker('exec', 'checked', 'node', '-e', "require('fs').unlinkSync('/tmp/well')");
    await expect
      .poll(() => daemon.docker('inspect', '--format', '{{.State.Health.Status}}', 'checked'), { timeout: 10_000 })
      .toBe('unhealthy');
    await watching.line(browsed('-', 'checked'), within);

    // Registrator's variables do, too.
    await daemon.docker(
      'run',
      '--detach',
      '--name',
      'old',
      '--publish',
      '6379',
      '--env',
      'SERVICE_6379_NAME=web',
      REDIS_IMAGE,
      'redis-server',
      '--protected-mode',
      'no',
    );
    await watching.line(browsed('+', 'old'), within);
    await daemon.docker('kill', 'old');
    await watching.line(browsed('-', 'old'), within);

    // What happens while the stream of events is lost is seen when it is back.
    await start('kept');
    await watching.line(browsed('+', 'kept'), within);
    await relay.stop('SIGKILL');
    await announcing.line(/is lost/, { stream: 'stdout' });
    await start('missed');
    await daemon.docker('kill', 'kept');
    relay = await startProgram(h1, 'socket-relay', RELAY, '/run/docker.sock');
    await announcing.line(/^following the containers/, { stream: 'stdout' });
    await Promise.all([
      watching.until((output) => output.includes('+;eth0;IPv4;missed'), within),
      watching.until((output) => output.includes('-;eth0;IPv4;kept'), within),
    ]);

    // Fifty, by one client of the daemon's API: small, and on the host's network.
    const many = `for i in $(seq 50); do docker run --detach --name many$i --network host --label ambassador.$((7000 + i)).service=web ${REDIS_IMAGE} redis-server --port $((7000 + i)) --protected-mode no --save '' >/dev/null & [ $((i % 8)) = 0 ] && wait; done; wait`;
    const startedAt = Date.now();
    await h1.read('sh', ['-c', many], { timeout: 60_000 });
    process.stderr.write(`fifty containers in ${Date.now() - startedAt} ms\n`);
    await watching.until(
      (output) => Array.from({ length: 50 }, (_, i) => `;many${i + 1}\\032`).every((name) => output.includes(name)),
      within,
    );
  },
);
