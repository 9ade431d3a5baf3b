import { expect, test } from 'vitest';
import { BootedSystem } from '../../booted-system.ts';

/** `service install` on a systemd that is process 1 of a system of its own. */
const TIMEOUT_MS = 240_000;
/** On a busy machine an answer may come later. */
const WAIT = { timeout: 60_000, interval: 500 };
const CONFIGURATION = 'open: true\ninterface: lo\nannounce:\n  - { service: NAME, port: 7000, check: none }\n';

const absence = await BootedSystem.explainAbsence();
const isSkipped = absence?.kind === 'skipped';

test.skipIf(isSkipped)(
  `a service is installed, survives a reboot, and is taken back without a trace, the machine's and a user's${isSkipped ? ` (skipped: ${absence.reason})` : ''}`,
  { timeout: TIMEOUT_MS },
  async () => {
    if (absence !== undefined) throw new Error(absence.reason);
    const system = await BootedSystem.boot();
    try {
      await must(system, ['useradd', '--create-home', '--shell', '/bin/sh', 'ann']);
      await must(system, ['loginctl', 'enable-linger', 'ann']);
      await write(system, '/etc/ambassador', 'thing');
      // As after a command under sudo: root's.
      await write(system, '/home/ann/.config/ambassador', 'own');
      expect(await system.runAmbassador(['service', 'install', '--user'], 'ann')).toMatchObject({
        code: 77,
        stderr:
          'ambassador: this user may not change /home/ann/.config/systemd/user/ambassador.service: /home/ann/.config belongs to root (mode 0755); make it yours with sudo chown ann /home/ann/.config\n',
      });
      await must(system, ['chown', '-R', 'ann:', '/home/ann/.config']);
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

      await system.reboot();
      await expect.poll(() => listServices(system), WAIT).toEqual(['own', 'thing']);
      expect(await system.runAmbassador(['service', 'status'], 'ann')).toMatchObject({ code: 0 });

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

async function must(system: BootedSystem, words: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await system.run(words);
  expect(code, `${words.join(' ')}\n${stdout}${stderr}`).toBe(0);
}

async function write(system: BootedSystem, folder: string, service: string): Promise<void> {
  const script = 'mkdir -p "$1" && printf %s "$2" > "$1/ambassador.yaml"';
  await must(system, ['sh', '-c', script, 'sh', folder, CONFIGURATION.replace('NAME', service)]);
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
