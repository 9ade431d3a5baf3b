import { setTimeout as sleep } from 'node:timers/promises';
import type { Host } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import {
  AMBASSADOR,
  locateProgram,
  proxy,
  runAmbassador,
  runProgram,
  spawnAmbassador,
  spawnProgram,
  startProgram,
} from '../../ambassador.ts';
import { CONFIGURATION_FILE, writeConfiguration } from '../../configuration.ts';
import { untilCarried } from '../../kernel-counters.ts';
import { labTest } from '../../lab-test.ts';
import { Load } from '../../load.ts';

const ENGINE = ['--engine', 'nftables'];
const SETTING = 'net.ipv4.conf.eth0.route_localnet';
const ONLY = '-all,+net_admin';
const ONLY_NET_ADMIN = [
  ...['--reuid', '65534', '--regid', '65534', '--clear-groups'],
  ...['--bounding-set', ONLY, '--inh-caps', ONLY, '--ambient-caps', ONLY],
];
const DRAIN_S = 20;
/** Less than what may be drained, by what a busy machine takes. */
const KILLED_MS = 2_000;
const LOAD = { concurrency: 4, pauseMs: 1 };
/** The table that sends clients on: the guard has more behind it. */
const IS_CARRYING = 'nft list tables | grep -Eq "ambassador-[0-9]+-[0-9a-f]+$"';
const IS_GUARDED = 'nft list tables | grep -q -- -guard';

interface Verdict {
  readonly name: string;
  /** Connections that the kernel sent on. */
  readonly carried: number;
  readonly error?: string;
}

/** What bytes, ends and resets become is the kernel's to keep: where engine node carried them, nothing was shown. */
const CARRIED: readonly string[] = [
  'carries bytes both ways',
  "passes a client's end on and still brings the answer",
  "passes an upstream's end on and still takes what the client sends",
  'resets the client when upstream was reset',
  'resets the client when upstream was reset behind data',
  'resets upstream when the client was reset',
  'brings random chunks of many clients whole and unmixed',
  'resets the connections of one endpoint and leaves the others',
  'resets those of an endpoint that moved, but not those at its new place',
  'lets connections finish while it drains, and takes no new ones',
  'resets what has not finished when its time to drain is up',
  'tells the pool when a connection opens and when it ends',
];

await labTest('the promises of every engine, kept by engine nftables', { hosts: 1, needs: ['nft'] }, async (lan) => {
  const said = await lan.host(1).read(process.execPath, [locateProgram('nftables-suite.mjs')], { timeout: 200_000 });
  const verdicts: readonly Verdict[] = said
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(verdicts.filter(({ error }) => error !== undefined)).toEqual([]);
  expect(verdicts.length).toBeGreaterThan(20);
  const carried = verdicts.filter((verdict) => verdict.carried > 0).map(({ name }) => name);
  expect(carried).toEqual(expect.arrayContaining([...CARRIED]));
  await expectNothingLeft(lan.host(1));
});

await labTest(
  'engine nftables: a neighbour reaches nothing on 127.0.0.1, and nothing as 127.0.0.0/8, that it did not reach before',
  { hosts: 3, needs: ['nft', 'python3'] },
  async (lan) => {
    const [h1, h2, h3] = [lan.host(1), lan.host(2), lan.host(3)];
    await startProgram(h2, 'service', '7000', 'h2');
    const guarded = await proxy(h1, 'thing:7000', '--from', `static:${h2.ip}:7000`, ...ENGINE);
    await untilCarried(h1);
    expect((await h1.read('sysctl', ['-n', SETTING])).trim()).toBe('1');
    expect(await attack(h2, h1)).toEqual({ syn: 'silent', heard: '' });
    // As who loads a firewall anew does.
    await h1.read('nft', ['flush', 'ruleset']);
    expect(await attack(h2, h1)).toEqual({ syn: 'silent', heard: '' });
    await guarded.line(/somebody removed the table that guards 127\.0\.0\.1/);
    await h1.until(IS_GUARDED);
    expect(await runProgram(h1, 'ask', ['127.0.0.1', '7000', 'who'])).toMatchObject({ answer: 'h2\n' });

    // What somebody sets back, and may not be set any more, is said, and engine node takes over.
    await h1.read('sh', ['-c', `mkdir /run/proc && mount -t proc none /run/proc && mount --bind /proc/sys /proc/sys`]);
    await h1.read('mount', ['-o', 'remount,bind,ro', '/proc/sys']);
    await h1.read('sh', ['-c', `echo 0 >/run/proc/sys/${SETTING.replaceAll('.', '/')}`]);
    await guarded.line(/cannot set net\.ipv4\.conf\.eth0\.route_localnet=1.*; engine node takes these connections/);
    await h1.until('! nft list ruleset | grep -q numgen');
    expect(await runProgram(h1, 'ask', ['127.0.0.1', '7000', 'who'])).toMatchObject({ answer: 'h2\n' });

    // Without the guard the same frames arrive.
    await h3.read('sysctl', ['-w', `${SETTING}=1`]);
    // Who answers from 127.0.0.1 cannot ask for the neighbour's hardware address.
    await runProgram(h3, 'ask', [h2.ip, '7000', 'who']);
    expect(await attack(h2, h3)).toEqual({ syn: 'answered', heard: 'evil' });
  },
);

await labTest(
  'engine nftables: killed or crashed at any moment it leaves no table, no setting and no process',
  { hosts: 2, needs: ['nft'] },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    await startProgram(h2, 'service', '7000', 'h2');
    const drainFor = (seconds: number): readonly string[] => {
      return ['proxy', 'thing:7000', '--from', `static:${h2.ip}:7000`, '--drain-timeout', `${seconds}s`, ...ENGINE];
    };
    const args = drainFor(1);
    await h1.read('sh', ['-c', ENDING_NFT]);
    for (const { moment, signal, seen } of MOMENTS) {
      await h1.read('sh', ['-c', `echo "${moment}" >/run/moment; echo ${signal.slice(3)} >/run/signal`]);
      const start = 'ulimit -c 0; echo $$ >/run/victim; exec "$@"';
      const victim = h1.spawn('sh', ['-c', start, 'sh', process.execPath, AMBASSADOR, ...args]);
      if (moment === 'at the end') {
        await untilCarried(h1);
        victim.kill('SIGTERM');
      }
      expect(await victim.exited, moment).toEqual({ code: undefined, signal });
      expect(await h1.read('cat', ['/run/seen']), moment).toBe(seen);
      await expectNothingLeft(h1);
    }
    await h1.read('umount', ['/usr/sbin/nft']);

    const busy = spawnAmbassador(h1, drainFor(DRAIN_S));
    await h1.until(`[ "$(sysctl -n ${SETTING})" = 1 ]`);
    await untilCarried(h1);
    const kept = spawnProgram(h1, 'stay', '127.0.0.1', '7000', '1', '50');
    await kept.line(/^ready/);
    await busy.stop('SIGKILL');
    // Nobody decides on new connections, and what is carried goes on for as long as it may.
    await h1.until(`! ${IS_CARRYING}`);
    await sleep(KILLED_MS);
    expect(await h1.read('nft', ['list', 'tables'])).toMatch(/^table ip ambassador-\d+-[0-9a-f]+-guard\n$/);
    expect((await h1.read('sysctl', ['-n', SETTING])).trim()).toBe('1');
    const received = `ss -Htni "dport = :7000" | grep -o "bytes_received:[0-9]*" | cut -d: -f2`;
    const before = (await h1.read('sh', ['-c', received])).trim();
    await h1.until(`[ "$(${received})" -gt ${before} ]`);
    expect(kept.stdout).not.toMatch(/^h2 /m);
    await expectNothingLeft(h1);
    await kept.stop('SIGKILL');

    // With its watcher: who comes next puts back what was left.
    const gone = spawnAmbassador(h1, args);
    await h1.until(`[ "$(sysctl -n ${SETTING})" = 1 ]`);
    await h1.read('sh', ['-c', `for id in $(${LIST_WATCHERS}); do kill -9 "$id"; done`]);
    await gone.stop('SIGKILL');
    await h1.until(`! ${IS_CARRYING}`);
    expect((await h1.read('sysctl', ['-n', SETTING])).trim()).toBe('1');
    expect(await h1.read('nft', ['list', 'tables'])).toMatch(/-guard/);
    const next = await proxy(h1, ...args.slice(1));
    await untilCarried(h1);
    expect(await next.stop('SIGTERM')).toEqual({ code: 0, signal: undefined });
    await expectNothingLeft(h1);
  },
);

await labTest(
  'engine nftables: two beside each other, of which one ends; with no other capability, and the setting of a host that had it before is left alone',
  { hosts: 2, needs: ['nft', 'curl'] },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    await startProgram(h2, 'service', '7000', 'h2');
    // By another way, whose name nft takes for a number where it stands bare.
    await h1.read('ip', ['link', 'add', '1st', 'link', 'eth0', 'type', 'macvlan']);
    await h1.read('ip', ['addr', 'add', '10.98.0.1/24', 'dev', '1st']);
    await h1.read('ip', ['link', 'set', '1st', 'up']);
    await h2.read('ip', ['addr', 'add', '10.98.0.2/24', 'dev', 'eth0']);
    const first = await proxy(h1, 'thing:7000', '--from', 'static:10.98.0.2:7000', ...ENGINE);
    await untilCarried(h1);
    const second = await proxy(h1, 'other:7100', '--from', `static:${h2.ip}:7000`, ...ENGINE);
    await h1.until(`[ "$(nft list tables | grep -c -- -guard)" = 2 ]`);
    await untilCarried(h1, 7100);
    expect(await first.stop('SIGTERM')).toEqual({ code: 0, signal: undefined });
    expect(await runProgram(h1, 'ask', ['127.0.0.1', '7100', 'who'])).toMatchObject({ answer: 'h2\n' });
    // What the first has opened is put back by the second.
    expect((await h1.read('sysctl', ['-n', 'net.ipv4.conf.1st.route_localnet'])).trim()).toBe('1');
    await second.stop('SIGTERM');
    await expectNothingLeft(h1);
    expect((await h1.read('sysctl', ['-n', 'net.ipv4.conf.1st.route_localnet'])).trim()).toBe('0');

    await h1.read('sysctl', ['-w', `${SETTING}=1`]);
    // As in a container that has but this one capability, and is nobody there.
    const args = [process.execPath, AMBASSADOR, 'proxy', 'thing:7000', '--from', `static:${h2.ip}:7000`, ...ENGINE];
    const third = h1.spawn('setpriv', [...ONLY_NET_ADMIN, ...args]);
    await third.line(/cannot read \/proc\/net\/nf_conntrack/);
    await third.line(/listening on/);
    await untilCarried(h1);
    // An nft that is killed is started again; meanwhile engine node serves. That the guard cannot be renewed keeps nobody from the kernel.
    const load = await Load.start(h1, LOAD);
    await h1.read('sh', ['-c', HIDE_NFT]);
    await h1.read('sh', ['-c', `kill -9 $(${listOwn('nft')})`]);
    await third.line(/nft ended and is started again/);
    await third.line(/nft does not do what engine nftables asks: not now/);
    await h1.until('nft list ruleset | grep -q numgen');
    await h1.read('umount', ['/usr/sbin/nft']);
    await load.moreAnswers(1);
    expect((await load.finish()).failures).toEqual([]);
    await third.stop('SIGTERM');
    expect((await h1.read('sysctl', ['-n', SETTING])).trim()).toBe('1');
  },
);

await labTest('engine nftables: a reload of up fails nobody', { hosts: 2, needs: ['nft'] }, async (lan) => {
  const [h1, h2] = [lan.host(1), lan.host(2)];
  await startProgram(h2, 'service', '7000', 'h2');
  const write = (balance: string): Promise<unknown> => {
    const entry = `{ service: thing, engine: nftables, from: "static:${h2.ip}:7000", listen: "127.0.0.1:7000", balance: ${balance} }`;
    return writeConfiguration(h1, `proxy:\n  - ${entry}\n`);
  };
  await write('p2c');
  const up = spawnAmbassador(h1, ['up', '--config', CONFIGURATION_FILE]);
  await up.line(/listening on/);
  await untilCarried(h1);
  const load = await Load.start(h1, LOAD);
  for (const balance of ['random', 'round-robin', 'p2c']) {
    await load.moreAnswers(1);
    await write(balance);
    await up.line(/reloaded .* 1 changed/);
  }
  await load.moreAnswers(1);
  expect((await load.finish()).failures).toEqual([]);
  expect(await up.stop('SIGTERM')).toEqual({ code: 0, signal: undefined });
  await expectNothingLeft(h1);
});

await labTest(
  'engine nftables without nft, or without the capability, is one sentence that says what to do',
  { hosts: 1, needs: ['nft'] },
  async (lan) => {
    const h1 = lan.host(1);
    const args = ['proxy', 'thing:7000', '--from', 'static:127.0.0.1:1', ...ENGINE];
    const drop = ['--bounding-set', '-net_admin', '--inh-caps', '-net_admin', process.execPath, AMBASSADOR, ...args];
    const without = await h1.run('setpriv', drop);
    expect(without.code).toBe(69);
    expect(without.stderr).toMatch(/^ambassador: engine nftables needs the capability CAP_NET_ADMIN.*engine node\n$/m);
    // The host has file systems of its own; this hides the program.
    await h1.read('mount', ['-t', 'tmpfs', 'none', '/usr/sbin']);
    const { code, stderr } = await runAmbassador(h1, args);
    expect(code).toBe(69);
    expect(stderr).toMatch(/^ambassador: .*install the package "nftables".*\n$/m);
  },
);

/** A script in the place of nft; the real one is `/run/real/nft`. */
function replaceNft(script: string): string {
  return `
    mkdir -p /run/real && cp /usr/sbin/nft /run/real/nft && cat >/run/script <<'END' &&
#!/bin/sh
${script}
END
    chmod +x /run/script && mount --bind /run/script /usr/sbin/nft`;
}

/** nft reads what it is told to do once by who runs, and not from a file. */
const HIDE_NFT = replaceNft('[ "$1" = -f ] && { echo not now >&2; exit 1; }; exec /run/real/nft "$@"');

/** When ambassador ends, as {@link ENDING_NFT} has it, and how. `seen`: how many tables there are then, and the setting. */
const MOMENTS = [
  { moment: 'before the guard', signal: 'SIGKILL', seen: '1 0\n' },
  { moment: 'before the setting', signal: 'SIGABRT', seen: '2 0\n' },
  { moment: 'after the setting', signal: 'SIGKILL', seen: '2 1\n' },
  { moment: 'amid an apply', signal: 'SIGABRT', seen: '2 1\n' },
  { moment: 'at the end', signal: 'SIGKILL', seen: '2 1\n' },
] as const;

/** Does what it is told, and ends ambassador at the moment that `/run/moment` names. */
const ENDING_NFT = replaceNft(`
moment=$(cat /run/moment)
look() { echo "$(/run/real/nft list tables | grep -c ambassador) $(sysctl -n ${SETTING})" >/run/seen; }
strike() { kill -"$(cat /run/signal)" "$(cat /run/victim)"; }
case "$1 $2" in
'-f -')
  input=$(cat)
  case "$moment: $input" in
    'before the guard: add table'*) look; strike; exit 1 ;;
    'before the setting: add element'*) printf '%s\\n' "$input" | /run/real/nft -f -; look; strike; exit ;;
  esac
  printf '%s\\n' "$input" | /run/real/nft -f - ;;
'-j -i')
  while IFS= read -r line; do
    case "$moment: $line" in
      'after the setting: '*'dnat to'*) look; strike; exit ;;
      'amid an apply: '*'dnat to'*) look; printf '%s\\n' "$line"; strike ;;
      *) printf '%s\\n' "$line" ;;
    esac
  done | /run/real/nft -j -i ;;
'list set')
  [ "$moment" = 'at the end' ] && { look; strike; }
  exec /run/real/nft "$@" ;;
*) exec /run/real/nft "$@" ;;
esac`);

/** What a host's processes of this name are; it has the machine's processes and a network of its own. */
function listOwn(name: string): string {
  return `for id in $(pgrep -x ${name}); do [ "$(readlink /proc/$id/ns/net)" = "$(readlink /proc/self/ns/net)" ] && echo $id; done`;
}

/** Not the shell that asks. */
const LIST_WATCHERS = `for id in $(pgrep -f 'put_bac[k]'); do [ "$(readlink /proc/$id/ns/net)" = "$(readlink /proc/self/ns/net)" ] && echo $id; done`;

async function expectNothingLeft(host: Host): Promise<void> {
  await host.until(`! nft list tables | grep -q ambassador`);
  await host.until(`[ "$(sysctl -n ${SETTING})" = 0 ]`);
  await host.until(`[ -z "$(${listOwn('nft')})" ] && [ -z "$(${LIST_WATCHERS})" ]`);
}

/** What becomes of frames that a neighbour made by hand, for services that listen for this host alone. */
async function attack(from: Host, to: Host): Promise<{ readonly syn: string; readonly heard: string }> {
  const listen = `
    require('node:net').createServer().listen(9000, '127.0.0.1');
    require('node:dgram').createSocket('udp4').on('message', (words) => console.log('heard ' + words)).bind(9001, () => console.log('ready'));`;
  const listening = to.spawn(process.execPath, ['-e', listen]);
  await listening.line(/^ready/);
  const mac = (await to.read('cat', ['/sys/class/net/eth0/address'])).trim();
  const args = [locateProgram('martian.py'), 'eth0', from.ip, mac, '9000', to.ip, '9001'];
  const syn = (await from.read('/usr/bin/python3', args)).trim();
  // It hears this last.
  await to.read(process.execPath, [
    '-e',
    "require('node:dgram').createSocket('udp4').send('over', 9001, '127.0.0.1', process.exit)",
  ]);
  await listening.until((output) => /^heard over$/m.test(output));
  const [, heard = ''] = /^heard (?!over)(.*)$/m.exec(listening.stdout) ?? [];
  await listening.stop('SIGKILL');
  return { syn, heard };
}
