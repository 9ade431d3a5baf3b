import { access } from 'node:fs/promises';
import { runCommand } from './command.ts';

const TOOLS = ['unshare', 'nsenter', 'setpriv', 'mount', 'find', 'hostname', 'ip'] as const;
const SEARCH_PATH = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'] as const;

/** With what rights a lab can be made here. */
export type Access = { readonly kind: 'root' | 'rootless' } | { readonly kind: 'unavailable'; readonly reason: string };

let knownAccess: Promise<Access> | undefined;

/** Tried once; then remembered. */
export async function findAccess(): Promise<Access> {
  knownAccess ??= tryAccess();
  return await knownAccess;
}

async function tryAccess(): Promise<Access> {
  if (process.platform !== 'linux') {
    return { kind: 'unavailable', reason: 'the lab is made of Linux network namespaces' };
  }
  for (const tool of TOOLS) {
    const found = await Promise.allSettled(SEARCH_PATH.map((folder) => access(`${folder}/${tool}`)));
    if (!found.some((result) => result.status === 'fulfilled')) {
      return { kind: 'unavailable', reason: `the lab needs ${tool} (Debian: util-linux, iproute2, hostname)` };
    }
  }
  const isRoot = process.getuid?.() === 0;
  const tries = isRoot ? (['root', 'rootless'] as const) : (['rootless'] as const);
  for (const kind of tries) {
    const user = kind === 'rootless' ? ['--user', '--map-root-user'] : [];
    const test = [...user, '--net', '--mount', '--uts', 'sh', '-c', 'mount -t tmpfs tmpfs /run && ip link set lo up'];
    if ((await runCommand('unshare', test)).code === 0) {
      return { kind };
    }
  }
  const reason = isRoot
    ? 'the lab needs CAP_SYS_ADMIN and CAP_NET_ADMIN (in a container: --privileged)'
    : 'the lab needs root, or a kernel that lets ordinary users open user namespaces';
  return { kind: 'unavailable', reason };
}
