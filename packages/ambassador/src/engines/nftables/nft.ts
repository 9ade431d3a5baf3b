import { execFile, spawn } from 'node:child_process';
import { AmbassadorError } from '../../ambassador-error.ts';
import { findProgram } from './program.ts';

/** Where distributions have it; not by PATH, since it runs as root. */
const PROGRAMS = ['/usr/sbin/nft', '/sbin/nft', '/usr/bin/nft', '/usr/local/sbin/nft'];
const RUN_MS = 10_000;
const MOST_OUTPUT = 16 * 1024 * 1024;

/** Throws an AmbassadorError that says what to install. */
export function findNft(): string {
  const found = findProgram(PROGRAMS);
  if (found !== undefined) return found;
  throw new AmbassadorError(
    'NFTABLES_MISSING',
    'engine nftables needs the program nft, which is not installed; install the package "nftables", or write engine node',
  );
}

/** Resolves with what it prints; `input` is what it reads, as one transaction. Rejects with an AmbassadorError in its own words. */
export function runNft(nft: string, args: readonly string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(nft, args, { timeout: RUN_MS, maxBuffer: MOST_OUTPUT }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(explainNft(stderr === '' ? error.message : stderr));
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}

/** Runs it as one that reads commands; what it has against one stands between its answers. */
export function spawnNft(nft: string): ReturnType<typeof spawn> {
  return spawn('/bin/sh', ['-c', 'exec "$0" -j -i 2>&1', nft], { stdio: ['pipe', 'pipe', 'ignore'], detached: true });
}

/** nft's words as an error. */
export function explainNft(words: string): AmbassadorError {
  if (/Operation not permitted|must be root/i.test(words)) {
    return new AmbassadorError(
      'NFTABLES_REFUSED',
      'engine nftables needs the capability CAP_NET_ADMIN: run as root, or with AmbientCapabilities=CAP_NET_ADMIN (systemd) or --cap-add NET_ADMIN (Docker), or write engine node',
    );
  }
  const [first = 'it did not say why'] = words.split('\n').filter((line) => line.trim() !== '');
  return new AmbassadorError('NFTABLES_FAILED', `nft does not do what engine nftables asks: ${first.trim()}`);
}
