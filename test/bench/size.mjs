/**
 * What is fetched and what it takes on a disk: the package of npm, that of Debian, and what the image adds to its base. Prints the table that
 * stands in README.md; one column for each tree, which is built.
 *
 *     npm run bench:size [-- OTHER_TREE...]
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const BIG = { encoding: 'buffer', maxBuffer: 1 << 30, stdio: ['ignore', 'pipe', 'ignore'] };
const [, , ...others] = process.argv;
const TREES = [fileURLToPath(new URL('../../', import.meta.url)), ...others.map((path) => resolve(path))];

const { packageManager } = JSON.parse(readFileSync(join(TREES[0], 'package.json'), 'utf8'));
const columns = TREES.map(measure);
const rows = columns[0].map(([what], index) => [what, ...columns.map((column) => column[index][1])]);
const commits = TREES.map((tree) =>
  execFileSync('git', ['-C', tree, 'rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }),
);
const heading = ['what', ...commits.map((commit) => commit.trim())];
console.log(`${new Date().toISOString().slice(0, 10)}, Node ${process.version}\n`);
console.log(`| ${heading.join(' | ')} |\n|${'---|'.repeat(heading.length)}`);
for (const row of rows) console.log(`| ${row.join(' | ')} |`);

/** @param {string} tree */
function measure(tree) {
  const scratch = mkdtempSync(join(tmpdir(), 'size-'));
  try {
    const packed = join(scratch, 'packed');
    const ours = ['--filter', './packages/*', '--filter', '!@mdns-ambassador/testkit'];
    const pack = ['--yes', packageManager, '--recursive', ...ours, 'pack', '--pack-destination', packed];
    mkdirSync(packed);
    execFileSync('npx', pack, { cwd: tree, ...BIG });
    const tarballs = readdirSync(packed).filter((file) => file.endsWith('.tgz'));
    const command = tarballs.filter((file) => /^mdns-ambassador-\d/.test(file));
    const image = join(scratch, 'image');
    execFileSync(process.execPath, [join(tree, 'docker/collect.mjs'), image], { cwd: tree, ...BIG });
    return [
      ['`mdns-ambassador` of npm, as it is fetched', kilobytes(sum(command.map((file) => sizeOf(join(packed, file)))))],
      ['the same, on a disk', unpack(command.map((file) => join(packed, file)))],
      [
        'all packages of ours, as they are fetched',
        `${kilobytes(sum(tarballs.map((file) => sizeOf(join(packed, file)))))} in ${tarballs.length}`,
      ],
      ['what the image adds to its base', onDisk(image)],
      ['that layer, compressed', kilobytes(gzipSync(execFileSync('tar', ['-c', '-C', image, '.'], BIG)).length)],
      ['`ambassador_VERSION_all.deb`', packDebian(tree, scratch)],
    ];
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** @param {readonly string[]} tarballs */
function unpack(tarballs) {
  const folder = mkdtempSync(join(tmpdir(), 'size-unpacked-'));
  try {
    for (const tarball of tarballs) execFileSync('tar', ['-x', '-z', '-f', tarball, '-C', folder]);
    return onDisk(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} tree
 * @param {string} scratch
 */
function packDebian(tree, scratch) {
  const script = join(tree, '.ci/release/deb.mjs');
  if (!existsSync(script)) return 'none';
  const file = execFileSync(process.execPath, [script, scratch], { cwd: tree, encoding: 'utf8' }).trim();
  return kilobytes(sizeOf(file));
}

/** @param {string} folder */
function onDisk(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return `${kilobytes(sum(files.map((file) => sizeOf(join(file.parentPath ?? file.path, file.name)))))} in ${files.length} files`;
}

/** @param {string} path */
function sizeOf(path) {
  return statSync(path).size;
}

/** @param {readonly number[]} numbers */
function sum(numbers) {
  return numbers.reduce((total, each) => total + each, 0);
}

/** @param {number} bytes */
function kilobytes(bytes) {
  return `${Math.round(bytes / 1_000)} kB`;
}
