import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** What is published, as strangers get it: packed, installed elsewhere with npm on the Node that runs this, compiled against and run. */
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const COMPILER = join(ROOT, 'node_modules/typescript/bin/tsc');
/** Every Node that is supported starts with it. */
const PATH = `${dirname(process.execPath)}:${process.env.PATH}`;
/** Against hanging: packing and installing go to the disk and to the registry that npm is configured for. */
const TIMEOUT_MS = 480_000;

const CONSUMER = `
import { createServer } from 'node:net';
import * as admin from '@mdns-ambassador/admin';
import { stringifyPrintably } from '@mdns-ambassador/admin/printable';
import { createAmbassador, type OneServiceOptions } from '@mdns-ambassador/ambassador';
import * as announcer from '@mdns-ambassador/announcer';
import * as checks from '@mdns-ambassador/checks';
import * as credentials from '@mdns-ambassador/credentials';
import * as dns from '@mdns-ambassador/dns';
import { createMdnsNode, type Instance } from '@mdns-ambassador/mdns';
import { formatName } from '@mdns-ambassador/mdns/wire';
import * as mesh from '@mdns-ambassador/mesh';
import * as peers from '@mdns-ambassador/peers';
import * as registries from '@mdns-ambassador/registries';
import { type Target, formatTarget } from '@mdns-ambassador/relay';

const options: OneServiceOptions = { service: 'redis', onEvent: ({ kind }) => console.log(kind) };
const names: string[] = [];
createMdnsNode().browse({ type: '_redis._tcp' }, ({ instance }: { readonly instance: Instance }) => names.push(instance.name));
const target: Target = { kind: 'tcp', address: '127.0.0.1', port: 6379 };
console.log(formatName(['a', 'b']));
console.log(createAmbassador(options).status().length, formatTarget(target), stringifyPrintably({}), createServer().listening);
console.log([admin, announcer, checks, credentials, dns, mesh, peers, registries].every((each) => Object.keys(each).length > 0));
process.exit();
`;

const PUBLISHED: readonly string[] = readdirSync(join(ROOT, 'packages'))
  .map((name) => JSON.parse(readFileSync(join(ROOT, 'packages', name, 'package.json'), 'utf8')))
  .flatMap((manifest: { readonly name: string; readonly private?: boolean }) => (manifest.private ? [] : manifest.name))
  .sort();
const run = promisify(execFile);
let scratch = '';
let consumer = '';

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'packed-'));
  const packed = join(scratch, 'packed');
  consumer = join(scratch, 'consumer');
  await Promise.all([mkdir(packed), mkdir(consumer)]);
  await run('npm', ['run', '--silent', 'release:pack', '--', packed], { cwd: ROOT });
  await writeFile(join(consumer, 'package.json'), '{ "private": true, "type": "module" }');
  const tarballs = (await readdir(packed)).map((name) => join(packed, name));
  const flags = ['--no-audit', '--no-fund', '--prefer-offline', '--engine-strict'];
  await inConsumer('npm', ['install', ...flags, '@types/node@20', ...tarballs]);
}, TIMEOUT_MS);

afterAll(async () => {
  await rm(scratch, { recursive: true, force: true });
});

test('what is published holds its licence and no trace of the workspace', async () => {
  const folders = (await readdir(join(consumer, 'node_modules/@mdns-ambassador'))).map(
    (name) => `@mdns-ambassador/${name}`,
  );
  expect(folders.sort()).toEqual(PUBLISHED.filter((name) => name.startsWith('@')));
  for (const folder of PUBLISHED) {
    const files = await readdir(join(consumer, 'node_modules', folder), { recursive: true });
    expect(files, folder).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'package.json']));
    expect(
      files.filter((name) => name.includes('tsbuildinfo') || /^test\b/.test(name)),
      folder,
    ).toEqual([]);
    const manifest = await readFile(join(consumer, 'node_modules', folder, 'package.json'), 'utf8');
    expect(manifest, folder).not.toMatch(/workspace:|catalog:|"prepack"/);
  }
  const mdns = await readdir(join(consumer, 'node_modules/@mdns-ambassador/mdns'));
  expect(mdns).toEqual(expect.arrayContaining(['CONFORMANCE.md', 'LIMITS.md']));
  const pages = await readdir(join(consumer, 'node_modules/mdns-ambassador/man'));
  expect(pages).toEqual(expect.arrayContaining(['ambassador.1', 'ambassador-proxy.1', 'ambassador.yaml.5']));
  const licences = await readFile(join(consumer, 'node_modules/mdns-ambassador/bundle/third-party.txt'), 'utf8');
  expect(licences).toMatch(/^yargs \d.*: MIT\n\nMIT License/m);
});

test('a program that uses every package compiles, declarations of ours included, and runs', {
  timeout: TIMEOUT_MS,
}, async () => {
  await writeFile(join(consumer, 'consumer.mts'), CONSUMER);
  const options = ['--strict', '--exactOptionalPropertyTypes', '--skipLibCheck', 'false', '--module', 'nodenext'];
  const types = ['--types', 'node', '--target', 'es2023', '--lib', 'es2024,esnext.disposable'];
  await inConsumer(process.execPath, [COMPILER, ...options, ...types, 'consumer.mts']);
  for (const conditions of [[], ['--conditions=source'], ['--conditions=development']]) {
    const { stdout } = await inConsumer(process.execPath, [...conditions, 'consumer.mjs']);
    expect(stdout, conditions.join()).toBe('a.b\n1 127.0.0.1:6379 {} false\ntrue\n');
  }
});

test('the command line runs from there, whatever conditions are set', { timeout: TIMEOUT_MS }, async () => {
  const bin = join(consumer, 'node_modules/.bin/ambassador');
  const { stdout } = await inConsumer(process.execPath, ['--conditions=source', bin, '--version']);
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect((await inConsumer(bin, ['resolve', 'imap', '--from', 'static:127.0.0.1:143'])).stdout).toBe('127.0.0.1:143\n');
  const demo = spawn(bin, ['demo'], {
    cwd: consumer,
    env: { ...process.env, PATH },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  demo.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const [code] = await once(demo, 'close');
  expect(code, said).toBe(0);
  expect(said).toMatch(/^\d+ connections, 0 failed, /m);
});

test('without what is optional it announces by itself, and says what to install for avahi', {
  timeout: TIMEOUT_MS,
}, async () => {
  const bare = join(scratch, 'bare');
  await mkdir(bare);
  await writeFile(join(bare, 'package.json'), '{ "private": true }');
  const [tarball = ''] = (await readdir(join(scratch, 'packed'))).filter((name) => name.startsWith('mdns-ambassador-'));
  const flags = ['--omit=optional', '--no-audit', '--no-fund', '--prefer-offline'];
  await inFolder(bare, 'npm', ['install', ...flags, join(scratch, 'packed', tarball)]);
  expect(await readdir(join(bare, 'node_modules'))).not.toContain('dbus-native');

  const bin = join(bare, 'node_modules/.bin/ambassador');
  const env = { ...process.env, PATH, NODE_PATH: '' };
  const words = ['announce', 'thing:7000', '--open', '--check', 'none', '--interface', 'lo'];
  const announcing = spawn(bin, words, { cwd: bare, env, stdio: ['ignore', 'pipe', 'ignore'] });
  const said: string[] = [];
  for await (const line of createInterface({ input: announcing.stdout })) {
    said.push(line);
    if (line.startsWith('announced ')) announcing.kill();
  }
  expect(said.join('\n')).toMatch(/^announced thing as "thing on .*" \(_thing\._tcp\) on lo /m);
  const refused = run(bin, [...words, '--responder', 'avahi'], { cwd: bare, env });
  await expect(refused).rejects.toMatchObject({
    code: 69,
    stderr: expect.stringContaining('npm install dbus-native@0.13.0'),
  });
});

test('npm, which would make unusable packages of these folders, is refused', { timeout: TIMEOUT_MS }, async () => {
  const copy = join(scratch, 'packages/relay');
  await Promise.all([mkdir(copy, { recursive: true }), mkdir(join(scratch, '.ci/release'), { recursive: true })]);
  await copyFile(join(ROOT, 'packages/relay/package.json'), join(copy, 'package.json'));
  await copyFile(join(ROOT, '.ci/release/check-packer.mjs'), join(scratch, '.ci/release/check-packer.mjs'));
  const packing = run('npm', ['pack'], { cwd: copy, env: { ...process.env, PATH } });
  await expect(packing).rejects.toThrow(
    'npm makes no usable package of this folder; in the root of the repository: npm run release:pack',
  );
});

function inConsumer(command: string, args: readonly string[]): Promise<{ readonly stdout: string }> {
  return inFolder(consumer, command, args);
}

function inFolder(cwd: string, command: string, args: readonly string[]): Promise<{ readonly stdout: string }> {
  return run(command, [...args], { cwd, env: { ...process.env, PATH } });
}
