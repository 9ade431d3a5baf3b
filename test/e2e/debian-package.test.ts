import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BootedSystem } from '../booted-system.ts';

/** The package for Debian, as its script makes it: what is in it, and on a copy of this system that is thrown away. */
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** `$1` is the package. What is written goes to memory, and what is left there is listed; the network has loopback alone. */
const INSTALL = `
set -e
scratch=$(mktemp -d)
mount -t tmpfs tmpfs "$scratch"
mkdir "$scratch/upper" "$scratch/work" "$scratch/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$scratch/upper,workdir=$scratch/work" "$scratch/root"
mount -t proc proc "$scratch/root/proc"
mount --rbind /dev "$scratch/root/dev"
ip link set lo up
cp "$1" "$scratch/root/ambassador.deb"
inside() { chroot "$scratch/root" env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }
inside dpkg --no-triggers --install /ambassador.deb
inside ambassador --version
inside ambassador resolve imap --from static:127.0.0.1:143
inside ambassador demo
[ -n "$(ls "$scratch/root/var/cache/ambassador")" ]
inside systemctl --root=/ --quiet enable ambassador-up.service
mkdir -p "$scratch/root/var/lib/private/ambassador"
inside dpkg --no-triggers --purge ambassador
rm -rf "$scratch/root/root" "$scratch/root/ambassador.deb"
echo left:
cd "$scratch/upper"
find . -type f ! -path './var/lib/dpkg/*' ! -path './var/log/*' ! -path './var/cache/*' ! -path './tmp/*'
find . -name '*ambassador*' ! -path './root*' ! -path ./ambassador.deb ! -type c
umount -l "$scratch/root" "$scratch"
rmdir "$scratch"
`;

/** On a busy machine an answer may come later. */
const WAIT = { timeout: 60_000, interval: 500 };
/** Against hanging: a minute each where the machine is busy. */
const PATIENCE_MS = 480_000;
const FORMER = '0.0.1';
const CONFIGURATION = 'open: true\ninterface: lo\nannounce:\n  - { service: thing, port: 7000, check: none }\n';

function explainMissing(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'needs root on Linux';
  const { stdout } = spawnSync(
    'dpkg-query',
    ['--show', '--showformat', `${'$'}{db:Status-Status} ${'$'}{Version}`, 'nodejs'],
    {
      encoding: 'utf8',
    },
  );
  const [, major = '0', minor = '0'] = /^installed (\d+)\.(\d+)/.exec(stdout ?? '') ?? [];
  const isNew = Number(major) > 20 || (major === '20' && Number(minor) >= 19);
  return isNew ? undefined : 'needs Debian, and a package nodejs that is 20.19 or later';
}

const missing = explainMissing();
const hasLintian = spawnSync('lintian', ['--version']).error === undefined;
const hasDpkg = spawnSync('dpkg-deb', ['--version']).error === undefined;
let folder = '';
let file = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'debian-package-'));
  if (!hasDpkg) return;
  const env = { ...process.env, DEBEMAIL: 'ann@example.com', DEBFULLNAME: 'Ann' };
  const made = spawnSync(process.execPath, ['.ci/release/deb.mjs', folder], { cwd: ROOT, encoding: 'utf8', env });
  expect(made.stderr).toBe('');
  file = made.stdout.trim();
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

test.skipIf(!hasDpkg)(
  'it holds program, units, manual and completions, each readable by all, and no folder of the system is changed',
  () => {
    const { stdout } = spawnSync('dpkg-deb', ['--contents', file], { encoding: 'utf8' });
    const entries = stdout
      .trim()
      .split('\n')
      .map((line) => line.split(/\s+/));
    const paths = entries.map(([, , , , , path = '']) => path);
    for (const path of [
      './usr/bin/ambassador',
      './usr/lib/ambassador/bin/ambassador.js',
      './lib/systemd/system/ambassador-up.service',
      './lib/systemd/system/ambassador-agent.service',
      './usr/share/bash-completion/completions/ambassador',
      './usr/share/zsh/vendor-completions/_ambassador',
      './usr/share/fish/vendor_completions.d/ambassador.fish',
      './usr/share/doc/ambassador/third-party.txt.gz',
    ]) {
      expect(paths).toContain(path);
    }
    const pages = readdirSync(join(ROOT, 'packages/cli/man'));
    expect(paths.filter((path) => path.startsWith('./usr/share/man/') && path.endsWith('.gz'))).toHaveLength(
      pages.length,
    );
    for (const [mode = '', owner, , , , path] of entries) {
      expect(owner, path).toBe('root/root');
      expect(mode, path).toMatch(/^(?:drwxr-xr-x|-rw-r--r--|-rwxr-xr-x|lrwxrwxrwx)$/);
    }
    const readField = (name: string): string =>
      spawnSync('dpkg-deb', ['--field', file, name], { encoding: 'utf8' }).stdout;
    expect(readField('Depends')).toBe('nodejs (>= 20.19)\n');
    expect(readField('Maintainer')).toBe('Ann <ann@example.com>\n');
  },
);

test.skipIf(!hasLintian)(`lintian finds no error${hasLintian ? '' : ' (skipped: install lintian)'}`, () => {
  const { stdout } = spawnSync('lintian', ['--allow-root', '--fail-on', 'none', file], { encoding: 'utf8' });
  expect(stdout.split('\n').filter((line) => line.startsWith('E:'))).toEqual([]);
});

test.skipIf(missing !== undefined)(
  `it is installed, plays the demo, and is purged without a trace${missing === undefined ? '' : ` (skipped: ${missing})`}`,
  { timeout: PATIENCE_MS },
  () => {
    const namespaces = ['--mount', '--net', '--pid', '--fork', '--kill-child'];
    const { status, stdout, stderr } = spawnSync('unshare', [...namespaces, 'bash', '-c', INSTALL, 'bash', file], {
      encoding: 'utf8',
      timeout: PATIENCE_MS,
    });
    expect(status, stdout + stderr).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n127\.0\.0\.1:143$/m);
    expect(stdout).toMatch(/^\d+ connections, 0 failed, /m);
    expect(stdout.slice(stdout.indexOf('left:'))).toBe('left:\n');
  },
);

const absence = await BootedSystem.explainAbsence();
const reason = missing ?? (absence?.kind === 'skipped' ? absence.reason : undefined);

test.skipIf(reason !== undefined)(
  `what runs goes on with the new version after an upgrade, what its user wrote outlives a removal, and a purge leaves nothing else${reason === undefined ? '' : ` (skipped: ${reason})`}`,
  { timeout: PATIENCE_MS },
  async () => {
    if (absence !== undefined) throw new Error(absence.reason);
    const system = await BootedSystem.boot();
    try {
      // What keeps this machine's services from starting.
      await system.read('rm', '-f', '/usr/sbin/policy-rc.d');
      await system.read(
        'sh',
        '-c',
        `mkdir -p /etc/ambassador && printf %s "$0" >/etc/ambassador/ambassador.yaml`,
        CONFIGURATION,
      );
      await system.read('useradd', '--create-home', '--shell', '/bin/sh', 'ann');
      await system.read('loginctl', 'enable-linger', 'ann');
      const own = [
        'sh',
        '-c',
        'mkdir -p ~/.config/ambassador && printf %s "$0" >~/.config/ambassador/ambassador.yaml',
        CONFIGURATION,
      ];
      expect(await system.run(own, 'ann')).toMatchObject({ code: 0 });
      const before = await describeFiles(system);
      copyFileSync(makeFormer(), system.locate('/tmp/former.deb'));
      copyFileSync(file, system.locate('/tmp/new.deb'));

      await system.read('dpkg', '--no-triggers', '--install', '/tmp/former.deb');
      await system.read('systemctl', 'enable', '--now', 'ambassador-up.service');
      await expect.poll(() => listVersions(system), WAIT).toEqual([FORMER]);
      const installed = await system.run(['ambassador', 'service', 'install', '--user'], 'ann');
      expect(installed, installed.stderr).toMatchObject({ code: 0 });
      const controlOwn = (...words: readonly string[]) =>
        system.read('systemctl', '--user', '--machine=ann@.host', ...words);
      const showOwn = () => controlOwn('show', '--property=MainPID', 'ambassador.service');
      await controlOwn('stop', 'ambassador.service');
      await system.read('dpkg', '--no-triggers', '--install', '/tmp/new.deb');
      const version = (await system.read('ambassador', '--version')).trim();
      await expect.poll(() => listVersions(system), WAIT).toEqual([version]);
      expect((await system.read('systemctl', 'is-active', 'ambassador-up.service')).trim()).toBe('active');
      // Who has stopped his own finds it stopped.
      expect(await showOwn()).toBe('MainPID=0\n');
      await controlOwn('start', 'ambassador.service');
      const ownMain = await showOwn();

      await system.read('systemctl', 'disable', '--now', 'ambassador-up.service');
      await system.read('ambassador', 'service', 'install', '--system');
      const showMain = () => system.read('systemctl', 'show', '--property=MainPID', 'ambassador.service');
      const main = await showMain();
      await system.read('dpkg', '--no-triggers', '--install', '/tmp/new.deb');
      expect(await showMain()).not.toBe(main);
      expect(await showOwn()).not.toBe(ownMain);
      await expect.poll(() => listVersions(system), WAIT).toEqual([version, version]);

      const ownGone = await system.run(['ambassador', 'service', 'uninstall', '--user'], 'ann');
      expect(ownGone, ownGone.stderr).toMatchObject({ code: 0 });
      await system.read('dpkg', '--no-triggers', '--remove', 'ambassador');
      const kept = Object.keys(await describeFiles(system));
      expect(kept).toContain('/etc/ambassador/ambassador.yaml');
      expect(kept).toContain('/etc/systemd/system/ambassador.service');
      expect(kept.filter((path) => path.includes('.wants/'))).toEqual([]);
      expect((await system.run(['systemctl', 'is-active', 'ambassador.service'])).stdout).toBe('inactive\n');

      await system.read('dpkg', '--no-triggers', '--purge', 'ambassador');
      expect(await describeFiles(system)).toEqual(before);
      const listUnits = () => system.read('systemctl', 'list-units', '--all', '--no-legend', 'ambassador*');
      await expect.poll(listUnits, WAIT).toBe('');
      expect(
        await system.read(
          'sh',
          '-c',
          'ls -d /run/ambassador* /var/lib/ambassador* /var/lib/private/ambassador* 2>&1 | grep -v "No such" || true',
        ),
      ).toBe('');
    } finally {
      await system.close();
    }
  },
);

/** The package as it is, under another number, and with a file that there is no more. */
function makeFormer(): string {
  const tree = join(folder, 'former');
  const former = join(folder, 'former.deb');
  runHere('dpkg-deb', '--raw-extract', file, tree);
  for (const [path, line] of [
    ['DEBIAN/control', /(?<=^Version: ).*$/m],
    ['usr/lib/ambassador/package.json', /(?<="version": ")[^"]*/],
  ] as const) {
    writeFileSync(join(tree, path), readFileSync(join(tree, path), 'utf8').replace(line, FORMER));
  }
  writeFileSync(join(tree, 'usr/lib/ambassador/bundle/former.js'), '');
  runHere('dpkg-deb', '--root-owner-group', '-Zgzip', '-z1', '--build', tree, former);
  return former;
}

function runHere(program: string, ...words: readonly string[]): void {
  const { status, stderr } = spawnSync(program, words, { encoding: 'utf8' });
  expect(status, stderr).toBe(0);
}

/** Of each of its processes that runs `up`. */
async function listVersions(system: BootedSystem): Promise<readonly string[]> {
  const { stdout } = await system.run(['ambassador', 'status', '--json']);
  if (stdout === '') return [];
  const { processes }: { readonly processes: readonly { readonly command: string; readonly version: string }[] } =
    JSON.parse(stdout);
  return processes.filter(({ command }) => command === 'up').map(({ version }) => version);
}

/** Files and links, and what bears its name. */
async function describeFiles(system: BootedSystem): Promise<Readonly<Record<string, string>>> {
  const written = Object.entries(await system.describeWritten());
  return Object.fromEntries(
    written.filter(
      ([path, what]) =>
        !path.startsWith('/var/lib/dpkg/') && (!what.endsWith('no file') || path.includes('ambassador')),
    ),
  );
}
