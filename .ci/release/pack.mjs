/** Packs what is published, built as it stands, into a folder: npm run release:pack -- FOLDER (default: packed). */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const { packageManager } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'));
const target = resolve(process.argv[2] ?? 'packed');
mkdirSync(target, { recursive: true });
const published = ['--recursive', '--filter', './packages/*', '--filter', '!@mdns-ambassador/testkit'];
const pnpm = ['--yes', packageManager, ...published, 'pack', '--pack-destination', target];
const { status } = spawnSync('npx', pnpm, { cwd: ROOT, stdio: 'inherit' });
process.exitCode = status ?? 1;
