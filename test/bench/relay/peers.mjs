/** The programs that are compared, each as one process or one worker that carries TCP from a port to another of this host. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const AMBASSADOR = fileURLToPath(new URL('../../../packages/cli/bin/ambassador.js', import.meta.url));
const LEAST = fileURLToPath(new URL('least.mjs', import.meta.url));
const STREAM_MODULE = '/usr/lib/nginx/modules/ngx_stream_module.so';
const MAX_CONNECTIONS = 8_000;

/**
 * @typedef {object} Peer
 * @property {string} name
 * @property {() => string} version
 * @property {(from: number, to: number, folder: string, at?: string) => readonly string[]} command From a port of this host's loopback
 *   to one of `at`, its loopback unless said.
 */

/** @type {Peer} */
export const HAPROXY = {
  name: 'haproxy',
  version: () => firstLine('haproxy', ['-v']).replace(/^HAProxy version (\S+).*/, '$1'),
  command: (from, to, folder, at = '127.0.0.1') => {
    const file = `${folder}/haproxy-${from}.cfg`;
    writeFileSync(
      file,
      `global
  nbthread 1
  maxconn ${MAX_CONNECTIONS}
defaults
  mode tcp
  timeout connect 10s
  timeout client 1h
  timeout server 1h
listen bench
  bind 127.0.0.1:${from}
  server service ${at}:${to}
`,
    );
    return ['haproxy', '-db', '-f', file];
  },
};

/** @type {Peer} */
export const NGINX = {
  name: 'nginx',
  version: () => firstLine('nginx', ['-v']).replace(/.*nginx\//, ''),
  command: (from, to, folder, at = '127.0.0.1') => {
    const stream = `stream { server { listen 127.0.0.1:${from} backlog=4096; proxy_timeout 1h; proxy_pass ${at}:${to}; } }`;
    return nginx(`${folder}/nginx-${from}`, `load_module ${STREAM_MODULE};`, stream);
  },
};

/** @type {Peer} */
export const NFTABLES = {
  name: 'ambassador, engine nftables',
  version: () => `${firstLine('git', ['rev-parse', '--short', 'HEAD'])}, Node ${process.version}`,
  command: (from, to, _folder, at = '127.0.0.1') => ambassador(process.execPath, from, to, 'nftables', at),
};

/**
 * Those that are compared. haproxy is there twice: what the two differ by is noise.
 *
 * @param {readonly string[]} others Further programs `node` to run ambassador on, and further `ambassador.js`, of trees that are built.
 * @returns {readonly Peer[]}
 */
export function listPeers(others) {
  return [
    HAPROXY,
    { ...HAPROXY, name: 'haproxy again', version: () => 'the same' },
    NGINX,
    {
      name: 'socat',
      version: () => firstLine('socat', ['-V'], 1).replace(/^socat version (\S+).*/, '$1'),
      command: (from, to) => [
        'socat',
        `TCP-LISTEN:${from},bind=127.0.0.1,fork,reuseaddr,backlog=4096,nodelay`,
        `TCP:127.0.0.1:${to},nodelay`,
      ],
    },
    {
      name: "Node's sockets alone",
      version: () => process.version,
      command: (from, to) => [process.execPath, LEAST, 'open', '.', `${from}:${to}`],
    },
    {
      name: 'ambassador',
      version: () => `${firstLine('git', ['rev-parse', '--short', 'HEAD'])}, Node ${process.version}`,
      command: (from, to) => ambassador(process.execPath, from, to, 'node'),
    },
    ...others.map(describeOther),
    {
      name: 'ambassador, engine haproxy',
      version: () => 'the same with the same haproxy',
      command: (from, to) => ambassador(process.execPath, from, to, 'haproxy'),
    },
  ];
}

/**
 * @param {string} other
 * @returns {Peer}
 */
function describeOther(other) {
  if (other.endsWith('.js')) {
    const version = firstLine('git', ['-C', dirname(other), 'rev-parse', '--short', 'HEAD']);
    const command = (from, to) => ambassador(process.execPath, from, to, 'node', '127.0.0.1', other);
    return { name: `ambassador ${version}`, version: () => 'on the same Node', command };
  }
  const version = firstLine(other, ['--version']);
  const name = `ambassador, Node ${version.replace(/^v(\d+).*/, '$1')}`;
  return { name, version: () => version, command: (from, to) => ambassador(other, from, to, 'node') };
}

/**
 * @param {string} node
 * @param {number} from
 * @param {number} to
 * @param {string} engine
 */
function ambassador(node, from, to, engine, at = '127.0.0.1', program = AMBASSADOR) {
  return [
    ...[node, program, 'proxy', 'bench', '--from', `static:${at}:${to}`, '--engine', engine],
    ...['--listen', `127.0.0.1:${from}`, '--max-connections', `${MAX_CONNECTIONS}`],
  ];
}

/**
 * @param {string} name Of its files, with the folder.
 * @param {string} head
 * @param {string} body
 */
export function nginx(name, head, body) {
  writeFileSync(
    `${name}.conf`,
    `${head}
user root;
worker_processes 1;
worker_rlimit_nofile ${2 * MAX_CONNECTIONS + 64};
daemon off;
pid ${name}.pid;
error_log stderr crit;
events { worker_connections ${2 * MAX_CONNECTIONS}; }
${body}
`,
  );
  return ['nginx', '-e', 'stderr', '-c', `${name}.conf`];
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 */
export function firstLine(command, args, index = 0) {
  return execFileSync('sh', ['-c', '"$@" 2>&1', 'sh', command, ...args], { encoding: 'utf8' }).split('\n')[index] ?? '';
}
