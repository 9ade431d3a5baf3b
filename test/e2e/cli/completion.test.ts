import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { AMBASSADOR, announce, list, locateProgram, proxy } from '../../ambassador.ts';
import { labTest } from '../../lab-test.ts';
import { ADMIN_ADDRESS, askAdmin } from '../admin/admin-client.ts';

const LINKED = fileURLToPath(new URL('../../../node_modules/.bin', import.meta.url));
/** What an instance on the network may call itself. */
const HOSTILE = `$(touch pwned); \`touch pwned\` "q" 's' & é !! * ~`;
/** Who looks around has found a neighbour by then. */
const LOOK_AROUND_MS = 3_000;
const TAB = '\t';
const TO_BEGINNING = '\u0001';

interface ShellCase {
  readonly shell: string;
  readonly args: readonly string[];
  /** Defines `show`, which prints each word that it is given as `<word>`. */
  readonly define: string;
}

const SHELLS: readonly ShellCase[] = [
  { shell: 'bash', args: ['-i'], define: 'show() { printf "<%s>" "$@"; echo; }\r' },
  { shell: 'zsh', args: ['-d', '-i'], define: 'bindkey -e; show() { printf "<%s>" "$@"; echo; }\r' },
  { shell: 'fish', args: ['-i'], define: 'function show; printf "<%s>" $argv; echo; end\r' },
];

interface User {
  readonly home: string;
  readonly run: (program: string, ...args: readonly string[]) => string;
}

/** Somebody with a home folder of his own, who has seen these on the network. */
function createUser(seen: readonly { readonly service: string; readonly instance: string }[]): User {
  const home = mkdtempSync(join(tmpdir(), 'completion-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  mkdirSync(join(home, '.local/state/ambassador'), { recursive: true });
  // Else fish reads all manuals of the machine first.
  mkdirSync(join(home, '.local/share/fish/generated_completions'), { recursive: true });
  writeFileSync(join(home, '.local/state/ambassador/seen.json'), JSON.stringify({ at: Date.now(), instances: seen }));
  const env = {
    PATH: `${LINKED}:${dirname(process.execPath)}:${process.env.PATH}`,
    HOME: home,
    XDG_RUNTIME_DIR: join(home, 'run'),
    TMPDIR: home,
    LC_ALL: 'C.UTF-8',
    TERM: 'xterm',
  };
  return {
    home,
    run(program, ...args) {
      const { stdout, stderr } = spawnSync(program, args, { cwd: home, env, encoding: 'utf8', timeout: 120_000 });
      expect(stderr).toBe('');
      return stdout;
    },
  };
}

for (const { shell, args, define } of SHELLS) {
  const isMissing = spawnSync(shell, ['--version']).error !== undefined;
  const skipped = isMissing ? ` (skipped: install ${shell})` : '';

  test.skipIf(isMissing)(
    `installed for ${shell}, it completes a hostile name to that text, and goes without a trace${skipped}`,
    () => {
      const { home, run } = createUser([
        { service: 'orders', instance: HOSTILE },
        { service: 'quoted', instance: 'quoted on h1' },
      ]);
      const before = readdirSync(home).sort();
      expect(run('ambassador', 'completion', shell, '--install')).toMatch(/^wrote .*\n(?:added a line .*\n)?each /);
      expect(run('ambassador', 'completion', shell, '--install')).toMatch(
        /is there already\n(?:.* reads it already\n)?each /,
      );
      // Where bash-completion is installed, it reads the file.
      if (shell === 'bash' && !readdirSync(home).includes('.bashrc')) {
        writeFileSync(join(home, '.bashrc'), '. /usr/share/bash-completion/bash_completion\n');
      }
      const press = (...steps: readonly (readonly [typed: string, shown: string])[]): string =>
        JSON.parse(run('python3', locateProgram('press-keys.py'), JSON.stringify(steps), shell, ...args));
      const shown = press(
        [define, '\n'],
        ['show ready\r', '<ready>'],
        [`ambassador proxy orders --instance ${TAB}`, 'pwned'],
        [`${TO_BEGINNING}show \r`, '<ambassador>.*>\r'],
        [`ambassador proxy quoted --instance "quoted o${TAB}`, 'h1'],
        [`${TO_BEGINNING}show \r`, '<quoted><--instance>.*>\r'],
        [`ambassador pro${TAB}`, 'proxy'],
        [`${TO_BEGINNING}show \r`, '<ambassador><proxy>\r'],
      );
      expect(shown).toContain(`<ambassador><proxy><orders><--instance><${HOSTILE}>`);
      expect(shown).toContain('<ambassador><proxy><quoted><--instance><quoted on h1>');
      expect(readdirSync(home)).not.toContain('pwned');
      expect(run('ambassador', 'completion', shell, '--uninstall')).toMatch(/^removed .*\n/);
      expect(
        readdirSync(home, { recursive: true }).filter((path) =>
          /ambassador$|_ambassador|ambassador\.fish/.test(`${path}`),
        ),
      ).toEqual(['.local/state/ambassador']);
      expect(readdirSync(home).filter((name) => !before.includes(name) && /rc$/.test(name))).toEqual([]);
    },
  );
}

await labTest('it knows what running processes know of the link, and what list found', { hosts: 2 }, async (lan) => {
  const [h1, h2] = [lan.host(1), lan.host(2)];
  const complete = async (...words: readonly string[]): Promise<readonly string[]> =>
    (await h2.run(process.execPath, [AMBASSADOR, '__complete', 'zsh', ...words])).stdout.split('\n').slice(0, -1);
  await announce(h1, 'orders:7000', '--check', 'none', '--name', HOSTILE);
  await announce(h1, 'billing:7001', '--check', 'none');
  expect(await complete('proxy', 'ord')).toEqual([]);
  const proxying = await proxy(h2, 'orders:7000', '--admin', ADMIN_ADDRESS);
  await expect.poll(() => complete('resolve', 'orders', '--instance', '')).toEqual([HOSTILE]);
  // On a busy machine a process may answer later than who presses Tab waits.
  await expect.poll(() => complete('run', 'ord')).toEqual(['orders']);
  // Who presses Tab has nobody look around; what others look for is known.
  expect(await complete('proxy', 'bil')).toEqual([]);
  // Had the first one had it look, it would have found that by now.
  await setTimeout(LOOK_AROUND_MS);
  expect(await complete('proxy', 'bil')).toEqual([]);
  expect((await askAdmin(h2, '/v1/lan')).status).toBe(200);
  await expect.poll(() => complete('proxy', 'bil')).toEqual(['billing']);
  await proxying.stop();
  expect(await complete('proxy', 'bil')).toEqual([]);
  await expect.poll(async () => (await list(h2)).length).toBe(2);
  expect(await complete('proxy', 'bil')).toEqual(['billing']);
  expect(await complete('proxy', 'billing', '--instance', 'b')).toEqual(['billing on h1']);
});
