import { copyFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Host, Lab } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';
import { AMBASSADOR, list, startProgram } from '../../ambassador.ts';
import { BootedSystem, PROGRAM } from '../../booted-system.ts';

/** `service install` on a systemd that is process 1 of a system of its own. */
const TIMEOUT_MS = 240_000;
/** On a busy machine an answer may come later. */
const WAIT = { timeout: 60_000, interval: 500 };
const EXAMPLES = fileURLToPath(new URL('../../../examples/systemd/', import.meta.url));
/** Of `examples/systemd`: with all interfaces, and with one that is named. */
const UNITS = ['ambassador-up', 'ambassador-announce@named:7001', 'ambassador-proxy@far:7002'];
const CONFIGURATION = 'open: true\ninterface: lo\nannounce:\n  - { service: NAME, port: 7000, check: none }\n';

const absence = await BootedSystem.explainAbsence();
const isSkipped = absence?.kind === 'skipped';
const skipped = isSkipped ? ` (skipped: ${absence.reason})` : '';

test.skipIf(isSkipped)(
  `a service is installed, survives a reboot, and is taken back without a trace, the machine's and a user's${skipped}`,
  { timeout: TIMEOUT_MS },
  async () => {
    if (absence !== undefined) throw new Error(absence.reason);
    const system = await BootedSystem.boot();
    try {
      await system.read('useradd', '--create-home', '--shell', '/bin/sh', 'ann');
      await system.read('loginctl', 'enable-linger', 'ann');
      await write(system, '/etc/ambassador', 'thing');
      // As after a command under sudo: root's.
      await write(system, '/home/ann/.config/ambassador', 'own');
      expect(await system.runAmbassador(['service', 'install', '--user'], 'ann')).toMatchObject({
        code: 77,
        stderr:
          'ambassador: this user may not change /home/ann/.config/systemd/user/ambassador.service: /home/ann/.config belongs to root (mode 0755); make it yours with sudo chown ann /home/ann/.config\n',
      });
      await system.read('chown', '-R', 'ann:', '/home/ann/.config');
      await expect.poll(() => isActive(system, 'user@*'), WAIT).toBe(true);
      const before = await system.describeWritten();

      const installed = await system.runAmbassador(['service', 'install']);
      expect(installed, installed.stderr).toMatchObject({ code: 0 });
      const own = await system.runAmbassador(['service', 'install', '--user'], 'ann');
      expect(own, own.stderr).toMatchObject({ code: 0 });
      await expect.poll(() => listServices(system), WAIT).toEqual(['own', 'thing']);
      expect(await system.runAmbassador(['service', 'status'])).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(
          /^running: ambassador up, by systemd \(\/etc\/systemd\/system\/ambassador\.service\)\n/,
        ),
      });

      await expectWatched(system);
      await system.reboot();
      await expect.poll(() => listServices(system), WAIT).toEqual(['own', 'thing']);
      await expect.poll(() => system.runAmbassador(['service', 'status'], 'ann'), WAIT).toMatchObject({ code: 0 });

      const kept = await system.describeWritten();
      expect(Object.keys(kept)).toContain('/etc/systemd/system/multi-user.target.wants/ambassador.service');
      const gone = await system.runAmbassador(['service', 'uninstall']);
      expect(gone, gone.stderr).toMatchObject({ code: 0 });
      const ownGone = await system.runAmbassador(['service', 'uninstall', '--user'], 'ann');
      expect(ownGone, ownGone.stderr).toMatchObject({ code: 0 });
      expect(await listServices(system)).toEqual([]);
      expect(await system.describeWritten()).toEqual(before);
      expect(await system.runAmbassador(['service', 'status'])).toMatchObject({ code: 69 });
      for (const control of [[], ['--user', '--machine=ann@.host']]) {
        const { stdout } = await system.run([
          'systemctl',
          ...control,
          'list-units',
          '--all',
          '--no-legend',
          'ambassador*',
        ]);
        expect(stdout).toBe('');
      }
    } finally {
      await system.close();
    }
  },
);

test.skipIf(isSkipped)(
  `the units of the examples begin where there is no network yet, are there once it comes, and again after it went${skipped}`,
  { timeout: TIMEOUT_MS },
  async () => {
    if (absence !== undefined) throw new Error(absence.reason);
    const system = await BootedSystem.boot();
    try {
      const lan = await Lab.create({ hosts: 1 });
      try {
        await expectLateNetwork(system, lan.host(1));
      } finally {
        await lan.close();
      }
    } finally {
      await system.close();
    }
  },
);

/** systemd hears from it again and again, and starts it anew when it hears nothing. */
async function expectWatched(system: BootedSystem): Promise<void> {
  const show = async (property: string): Promise<string> =>
    (await system.read('systemctl', 'show', '--value', `--property=${property}`, 'ambassador.service')).trim();
  expect(await show('WatchdogUSec')).toBe('2min');
  const folder = '/etc/systemd/system/ambassador.service.d';
  const impatient = '[Service]\nWatchdogSec=12\nTimeoutAbortSec=5\n';
  await system.read('sh', '-c', `mkdir ${folder} && printf '${impatient}' >${folder}/watchdog.conf`);
  await system.read('systemctl', 'daemon-reload');
  await system.read('systemctl', 'restart', 'ambassador.service');
  const [main, first] = [await show('MainPID'), await show('WatchdogTimestampMonotonic')];
  await expect.poll(() => show('WatchdogTimestampMonotonic'), WAIT).not.toBe(first);
  await system.read('systemctl', 'kill', '--kill-whom=main', '--signal=STOP', 'ambassador.service');
  await expect.poll(() => show('NRestarts'), WAIT).toBe('1');
  await expect.poll(() => isActive(system, 'ambassador.service'), WAIT).toBe(true);
  expect(await show('MainPID')).not.toBe(main);
  await system.read('rm', '-r', folder);
  await system.read('systemctl', 'daemon-reload');
}

async function expectLateNetwork(system: BootedSystem, peer: Host): Promise<void> {
  await system.read('ln', '-sf', PROGRAM, '/usr/local/bin/ambassador');
  for (const unit of readdirSync(EXAMPLES).filter((name) => name.endsWith('.service')))
    copyFileSync(join(EXAMPLES, unit), system.locate(`/etc/systemd/system/${unit}`));
  await system.read(
    'sh',
    '-c',
    `
    mkdir -p /etc/ambassador
    printf 'open: true\nannounce:\n  - { service: late, port: 7000, check: none }\n' > /etc/ambassador/ambassador.yaml
    printf 'AMBASSADOR_INTERFACE=eth0\nAMBASSADOR_CHECK=none\n' > /etc/ambassador/announce-named:7001.env
    printf 'AMBASSADOR_INTERFACE=eth0\n' > /etc/ambassador/proxy-far:7002.env`,
  );
  await system.read('systemctl', 'enable', ...UNITS);
  await startProgram(peer, 'service', '7003', 'peer');
  await system.reboot();
  for (const unit of UNITS) await expect.poll(() => isActive(system, `${unit}.service`), WAIT).toBe(true);
  // What a unit says is written down a moment later.
  await expect.poll(() => readJournal(system, 'ambassador-up'), WAIT).toContain('only this machine can be reached');
  for (const unit of UNITS.slice(1)) {
    const waiting = 'eth0 is not up, or has no address yet: waiting for it';
    await expect.poll(() => readJournal(system, unit), WAIT).toContain(waiting);
  }
  for (const times of [1, 2]) {
    await connect(system, peer);
    await expect.poll(() => listFound(peer), WAIT).toEqual(['late 10.98.0.1', 'named 10.98.0.1']);
    if (times === 1) peer.spawn(process.execPath, [AMBASSADOR, 'announce', 'far:7003', '--interface', 'late']);
    await expect.poll(() => system.run(['timeout', '5', 'bash', '-c', ASK]), WAIT).toMatchObject({ stdout: 'peer\n' });
    await system.read('ip', 'link', 'delete', 'eth0');
  }
  for (const unit of UNITS)
    expect(await system.read('systemctl', 'show', '--value', '--property=NRestarts', unit)).toBe('0\n');
}

const ASK = 'exec 3<>/dev/tcp/127.0.0.1/7002; echo who >&3; cat <&3';

/** A cable between them: `eth0` in the system, `late` at the peer. */
async function connect(system: BootedSystem, peer: Host): Promise<void> {
  const cable = `ip link add late type veth peer name eth0 netns ${system.pid} && ip address add 10.98.0.2/24 dev late && ip link set late up`;
  await peer.read('sh', ['-c', cable]);
  await system.read('sh', '-c', 'ip address add 10.98.0.1/24 dev eth0 && ip link set eth0 up');
}

/** What the peer finds, and at which IPv4 address. */
async function listFound(peer: Host): Promise<readonly string[]> {
  const found = await list<{ service: string; addresses: readonly string[] }>(peer, '--interface', 'late', '--open');
  return found
    .filter(({ service }) => service !== 'far')
    .map(({ service, addresses }) => `${service} ${addresses.filter((each) => each.includes('.')).join(' ')}`)
    .toSorted();
}

async function readJournal(system: BootedSystem, unit: string): Promise<string> {
  return await system.read('journalctl', '--no-pager', '--output=cat', '--unit', unit);
}

async function write(system: BootedSystem, folder: string, service: string): Promise<void> {
  const script = 'mkdir -p "$1" && printf %s "$2" > "$1/ambassador.yaml"';
  await system.read('sh', '-c', script, 'sh', folder, CONFIGURATION.replace('NAME', service));
}

async function isActive(system: BootedSystem, unit: string): Promise<boolean> {
  const { stdout } = await system.run(['systemctl', 'list-units', '--no-legend', '--state=active', unit]);
  return stdout.trim() !== '';
}

/** What is announced in it. */
async function listServices(system: BootedSystem): Promise<readonly string[]> {
  const { stdout } = await system.runAmbassador(['list', '--json', '--open', '--interface', 'lo']);
  const found: readonly { readonly service: string }[] = JSON.parse(stdout);
  return found.map(({ service }) => service).toSorted();
}
