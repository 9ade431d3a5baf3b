import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CommandResult, runCommand } from '@mdns-ambassador/testkit';
import type { Absence } from './lab-test.ts';

const WORKSPACE = fileURLToPath(new URL('..', import.meta.url));
const OURS = '@mdns-ambassador';
const BUILD_TIMEOUT_MS = 120_000;

/** A commit of this repository, and how its command line was built then: what Node ran, step by step. */
export interface FormerState {
  readonly commit: string;
  readonly build: readonly (readonly string[])[];
  /** Libraries that it imports and that are not installed any more: nothing of them may be used. */
  readonly gone?: readonly string[];
  /** What would end it now and then, and is no question of the test's: what stands in a file once, and what is to stand there. */
  readonly mends?: readonly { readonly file: string; readonly from: string; readonly to: string }[];
}

/** Why it can't be made here. */
export async function explainNoHistory({ commit }: FormerState): Promise<Absence | undefined> {
  const { code } = await git('cat-file', '-e', `${commit}^{tree}`).catch(() => ({ code: undefined }));
  return code === 0
    ? undefined
    : { kind: 'skipped', reason: `this clone has no history back to ${commit.slice(0, 8)}` };
}

/** The command line as it was then, in a folder of its own, with the libraries that are installed here now. */
export class FormerVersion {
  /** The path of what Node is to run. */
  readonly program: string;
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
    this.program = join(folder, 'packages/cli/bin/ambassador.js');
  }

  /** Takes seconds. */
  static async make({ commit, build, gone = [], mends = [] }: FormerState): Promise<FormerVersion> {
    const folder = mkdtempSync(join(tmpdir(), 'former-version-'));
    const version = new FormerVersion(folder);
    try {
      const archive = join(folder, 'former.tar');
      expectDone(await git('archive', '--output', archive, commit, 'packages', 'tsconfig.base.json'));
      expectDone(await runCommand('tar', ['--extract', '--file', archive, '--directory', folder]));
      linkModules(folder);
      for (const { file, from, to } of mends) replaceOnce(join(folder, file), from, to);
      for (const name of gone) writeEmptyModule(join(folder, 'node_modules', name));
      const script = 'cd "$1" && shift && exec "$@"';
      for (const step of build) {
        const command = ['-c', script, 'sh', folder, process.execPath, ...step];
        expectDone(await runCommand('sh', command, { timeout: BUILD_TIMEOUT_MS }));
      }
      return version;
    } catch (error) {
      version.remove();
      throw error;
    }
  }

  /** Idempotent. */
  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Whoever the clone belongs to. */
function git(...args: readonly string[]): Promise<CommandResult> {
  return runCommand('git', ['-c', 'safe.directory=*', '-C', WORKSPACE, ...args]);
}

function expectDone({ code, stdout, stderr }: CommandResult): void {
  if (code !== 0) throw new Error(`a former version can't be made: ${stdout}${stderr}`);
}

function replaceOnce(file: string, from: string, to: string): void {
  const [before, after, ...more] = readFileSync(file, 'utf8').split(from);
  if (after === undefined || more.length > 0) throw new Error(`${from} does not stand in ${file} once`);
  writeFileSync(file, before + to + after);
}

/** Its own packages as they were, and those of others as any package has them here. */
function linkModules(folder: string): void {
  const link = (name: string, target: string): void => {
    const path = join(folder, 'node_modules', name);
    mkdirSync(dirname(path), { recursive: true });
    if (!existsSync(path)) symlinkSync(target, path);
  };
  for (const each of readdirSync(join(folder, 'packages'))) {
    const { name } = JSON.parse(readFileSync(join(folder, 'packages', each, 'package.json'), 'utf8'));
    link(name, join(folder, 'packages', each));
  }
  const owners = readdirSync(join(WORKSPACE, 'packages')).map((each) => join(WORKSPACE, 'packages', each));
  for (const owner of [WORKSPACE, ...owners]) {
    const modules = join(owner, 'node_modules');
    for (const name of listNames(modules)) link(name, realpathSync(join(modules, name)));
  }
}

function writeEmptyModule(folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{}');
  writeFileSync(join(folder, 'index.js'), '');
}

function listNames(modules: string): readonly string[] {
  const names = existsSync(modules) ? readdirSync(modules).filter((name) => !name.startsWith('.')) : [];
  return names.flatMap((name) => {
    if (name === OURS) return [];
    return name.startsWith('@') ? readdirSync(join(modules, name)).map((each) => join(name, each)) : [name];
  });
}
