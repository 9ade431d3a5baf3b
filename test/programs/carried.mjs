/** node carried.mjs: how many connections the kernel sent on in this network namespace, of places that it sends clients to still. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export async function countCarried() {
  const { stdout } = await promisify(execFile)('nft', ['-j', 'list', 'counters', 'ip']);
  const counters = JSON.parse(stdout).nftables.flatMap(({ counter }) => counter ?? []);
  return counters.reduce((sum, { name, packets }) => (name.startsWith('new-') ? sum + packets : sum), 0);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await countCarried());
