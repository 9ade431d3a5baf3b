/** Makes the Debian package of what is built, as it stands: npm run deb -- FOLDER (default: packed). Needs dpkg-deb. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import * as control from './deb-control.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CLI = join(ROOT, 'packages/cli');
const PROGRAM = 'usr/lib/ambassador';
const UNITS = ['ambassador-up.service', 'ambassador-agent.service'];
const COMPLETIONS = {
  bash: 'usr/share/bash-completion/completions/ambassador',
  zsh: 'usr/share/zsh/vendor-completions/_ambassador',
  fish: 'usr/share/fish/vendor_completions.d/ambassador.fish',
};

const target = resolve(process.argv[2] ?? 'packed');
const { name, version, type } = JSON.parse(readFileSync(join(CLI, 'package.json'), 'utf8'));
const epoch = Number(process.env.SOURCE_DATE_EPOCH ?? run('git', ['log', '-1', '--format=%ct']));
const scratch = mkdtempSync(join(tmpdir(), 'deb-'));
// Its mode, and those below, become the system's.
process.umask(0o022);
const tree = join(scratch, 'tree');
try {
  layProgram();
  layUnits();
  layManual();
  layCompletions();
  layDocuments();
  const file = join(target, `ambassador_${version}_all.deb`);
  mkdirSync(target, { recursive: true });
  layControl();
  run('dpkg-deb', ['--root-owner-group', '-Zxz', '--build', tree, file], { SOURCE_DATE_EPOCH: `${epoch}` });
  console.log(file);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function layProgram() {
  for (const folder of ['bin', 'bundle', 'schema'])
    cpSync(join(CLI, folder), join(tree, PROGRAM, folder), { recursive: true });
  rmSync(join(tree, PROGRAM, 'bundle/third-party.txt'));
  // What is not in the bundle, as in the image.
  run(process.execPath, [join(ROOT, 'docker/collect.mjs'), join(scratch, 'image')]);
  cpSync(join(scratch, 'image/node_modules'), join(tree, PROGRAM, 'node_modules'), { recursive: true });
  write(`${PROGRAM}/package.json`, `${JSON.stringify({ name, version, type }, undefined, 2)}\n`);
  const script = readFileSync(join(CLI, 'bin/ambassador.js'), 'utf8').replace(/^#!.*/, '#!/usr/bin/node');
  write(`${PROGRAM}/bin/ambassador.js`, script, 0o755);
  // What V8 compiled is kept there, by root alone.
  mkdirSync(join(tree, control.CACHE), { recursive: true });
  symlinkSync(`/${control.CACHE}`, join(tree, PROGRAM, 'code-cache'));
  mkdirSync(join(tree, 'usr/bin'), { recursive: true });
  symlinkSync('../lib/ambassador/bin/ambassador.js', join(tree, 'usr/bin/ambassador'));
}

function layUnits() {
  for (const unit of UNITS) {
    const text = readFileSync(join(ROOT, 'examples/systemd', unit), 'utf8');
    const installed = text.replaceAll('/usr/local/bin/ambassador', '/usr/bin/ambassador');
    if (!installed.includes('ExecStart=/usr/bin/ambassador ')) throw new Error(`${unit} starts another program`);
    write(`${control.UNIT_FOLDER}/${unit}`, installed);
  }
}

function layManual() {
  for (const page of readdirSync(join(CLI, 'man'))) {
    const folder = `usr/share/man/man${page.at(-1)}`;
    write(`${folder}/${page}.gz`, compress(readFileSync(join(CLI, 'man', page))));
  }
}

function layCompletions() {
  for (const [shell, path] of Object.entries(COMPLETIONS)) {
    write(path, `${run(process.execPath, [join(CLI, 'bin/ambassador.js'), 'completion', shell])}\n`);
  }
}

function layDocuments() {
  const folder = 'usr/share/doc/ambassador';
  const licence = readFileSync(join(ROOT, 'LICENSE'), 'utf8');
  write(`${folder}/copyright`, control.describeCopyright(licence));
  write(`${folder}/third-party.txt.gz`, compress(readFileSync(join(CLI, 'bundle/third-party.txt'))));
  write(`${folder}/changelog.gz`, compress(control.describeChanges(version, epoch)));
  write(`${folder}/CHANGELOG.md.gz`, compress(readFileSync(join(ROOT, 'CHANGELOG.md'))));
}

function layControl() {
  const files = readdirSync(tree, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort();
  const bytes = paths.reduce((sum, path) => sum + readFileSync(path).length, 0);
  const sums = paths.map(
    (path) => `${createHash('md5').update(readFileSync(path)).digest('hex')}  ${path.slice(tree.length + 1)}\n`,
  );
  write('DEBIAN/md5sums', sums.join(''));
  write('DEBIAN/control', control.describePackage(version, Math.ceil(bytes / 1024)));
  for (const [script, text] of Object.entries(control.describeScripts(UNITS))) write(`DEBIAN/${script}`, text, 0o755);
}

/** The same bytes each time: no name and no time in it. */
function compress(content) {
  return gzipSync(content, { level: 9 });
}

function write(path, content, mode = 0o644) {
  mkdirSync(dirname(join(tree, path)), { recursive: true, mode: 0o755 });
  writeFileSync(join(tree, path), content, { mode });
}

function run(command, args, env = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  if (status !== 0) throw new Error(`${command} failed: ${error?.message ?? stderr}`);
  return stdout.trimEnd();
}
