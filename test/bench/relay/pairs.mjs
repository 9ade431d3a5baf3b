/**
 * What is compared in the bench of secure connections: two programs of a kind, one on the client's side and one on the service's,
 * with one connection between them for each client's. TLS 1.3, a certificate on both ends, no sessions resumed unless said.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { firstLine } from './peers.mjs';
import { untilListening } from './rounds.mjs';

const AMBASSADOR = fileURLToPath(new URL('../../../packages/cli/bin/ambassador.js', import.meta.url));
const LEAST = fileURLToPath(new URL('least.mjs', import.meta.url));
const ONE_EACH = fileURLToPath(new URL('../../programs/one-each.mjs', import.meta.url));
const MAX_CONNECTIONS = 8_000;
const FIRST_PORT = 7_100;
let nextPort = FIRST_PORT;

/**
 * @typedef {import('@mdns-ambassador/testkit').Host} Host
 * @typedef {import('@mdns-ambassador/testkit').HostProcess} HostProcess
 *
 * @typedef {object} Pair
 * @property {string} name
 * @property {number} service
 * @property {number} sink
 * @property {HostProcess} client
 * @property {HostProcess} server
 *
 * @typedef {object} Places
 * @property {Host} host
 * @property {Host} [remote] Where the service and its announcer are; on the same host unless said.
 * @property {string} folder
 * @property {number} service
 * @property {number} sink
 */

/** A key pair of an authority, of a client and of a server, as people make them; each `.pem` is certificate and key. */
export function makeCertificates(folder) {
  const openssl = (...args) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl('req', '-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '7', '-subj', '/CN=bench');
  for (const side of ['client', 'server']) {
    openssl('req', ...newKey, '-keyout', `${side}.key`, '-out', `${side}.csr`, '-subj', `/CN=${side}`);
    writeFileSync(`${folder}/${side}.ext`, `extendedKeyUsage=${side}Auth\nsubjectAltName=DNS:${side}\n`);
    const signing = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', `${side}.ext`, '-days', '7'];
    openssl('x509', '-req', '-in', `${side}.csr`, ...signing, '-out', `${side}.crt`);
    execFileSync('sh', ['-c', `cat ${side}.crt ${side}.key > ${side}.pem`], { cwd: folder });
  }
}

/**
 * `options`: `key`: with this mesh key; `shares: false`: each client has a connection of its own between the two. A server that is given
 * is used rather than started.
 *
 * @param {Places} places
 * @param {string} name
 * @param {{ key?: string, shares?: boolean, server?: HostProcess }} options
 * @returns {Promise<Pair>}
 */
export async function startAmbassadors(places, name, { key, shares = true, server }) {
  const { host, remote = host, service, sink } = places;
  const [fetch, feed] = key === undefined ? ['fetch', 'feed'] : ['secured-fetch', 'secured-feed'];
  const mode = key === undefined ? [] : ['--mesh-key-file', key];
  const started =
    server ?? ambassador(remote, AMBASSADOR, 'announce', `${fetch}:${service}`, `${feed}:${sink}`, ...mode, '--relay');
  if (server === undefined)
    await started.until((said) => [fetch, feed].every((one) => said.includes(`announced ${one}`)));
  const [servicePort, sinkPort] = [nextPort++, nextPort++];
  const program = shares ? AMBASSADOR : ONE_EACH;
  const listening = [`${fetch}:${servicePort}`, `${feed}:${sinkPort}`];
  const client = ambassador(host, program, 'proxy', ...listening, ...mode, '--max-connections', `${MAX_CONNECTIONS}`);
  await client.until((said) => [fetch, feed].every((one) => said.includes(`${one} on ${remote.name}`)));
  return { name, service: servicePort, sink: sinkPort, client, server: started };
}

/** @param {Host} host */
function ambassador(host, program, ...args) {
  return host.spawn(process.execPath, [program, ...args]);
}

/**
 * `resumes`: sessions are resumed, as haproxy does unless told otherwise: then most connections prove nothing.
 *
 * @param {Places} places
 * @param {string} name
 * @param {{ resumes: boolean }} options
 * @returns {Promise<Pair>}
 */
export async function startHaproxies({ host, folder, service, sink }, name, { resumes }) {
  const [servicePort, sinkPort, tlsService, tlsSink] = [nextPort++, nextPort++, nextPort++, nextPort++];
  const shown = (side) => `ssl crt ${folder}/${side}.pem ca-file ${folder}/ca.pem verify required ssl-min-ver TLSv1.3`;
  const server = await startHaproxy(host, `${folder}/haproxy-server-${tlsService}.cfg`, [
    [`${tlsService} ${shown('server')} ${resumes ? '' : 'no-tls-tickets'}`, service],
    [`${tlsSink} ${shown('server')} ${resumes ? '' : 'no-tls-tickets'}`, sink],
  ]);
  const client = await startHaproxy(host, `${folder}/haproxy-client-${servicePort}.cfg`, [
    [`${servicePort}`, `${tlsService} ${shown('client')} ${resumes ? '' : 'no-ssl-reuse no-tls-tickets'}`],
    [`${sinkPort}`, `${tlsSink} ${shown('client')} ${resumes ? '' : 'no-ssl-reuse no-tls-tickets'}`],
  ]);
  await untilListening(host, tlsService, tlsSink, servicePort, sinkPort);
  return { name, service: servicePort, sink: sinkPort, client, server };
}

/**
 * @param {Host} host
 * @param {string} file
 * @param {readonly (readonly [string, string | number])[]} ways
 */
async function startHaproxy(host, file, ways) {
  const listeners = ways.map(
    ([bind, to], index) => `listen way${index}\n  bind 127.0.0.1:${bind}\n  server peer 127.0.0.1:${to}\n`,
  );
  const timeouts = 'timeout connect 10s\n  timeout client 1h\n  timeout server 1h';
  writeFileSync(
    file,
    `global
  nbthread 1
  maxconn ${MAX_CONNECTIONS}
defaults
  mode tcp
  ${timeouts}
${listeners.join('')}`,
  );
  return host.spawn('haproxy', ['-db', '-f', file]);
}

/**
 * @param {Places} places
 * @param {string} name
 * @returns {Promise<Pair>}
 */
export async function startStunnels({ host, folder, service, sink }, name) {
  const [servicePort, sinkPort, tlsService, tlsSink] = [nextPort++, nextPort++, nextPort++, nextPort++];
  const start = (side, ways) => {
    const file = `${folder}/stunnel-${side}.conf`;
    const services = ways.map(
      ([from, to]) => `[way${from}]\nclient = ${side === 'client' ? 'yes' : 'no'}\naccept = 127.0.0.1:${from}
connect = 127.0.0.1:${to}\ncert = ${folder}/${side}.pem\nCAfile = ${folder}/ca.pem\nverifyChain = yes\nrequireCert = yes
sslVersion = TLSv1.3\noptions = NO_TICKET\nsessionResume = no\nTIMEOUTidle = 3600\n`,
    );
    const head = `foreground = yes\npid =\ndebug = err\nsocket = a:SO_REUSEADDR=1\nsocket = l:TCP_NODELAY=1\nsocket = r:TCP_NODELAY=1\n`;
    writeFileSync(file, `${head}${services.join('')}`);
    return host.spawn('stunnel4', [file]);
  };
  const server = start('server', [
    [tlsService, service],
    [tlsSink, sink],
  ]);
  const client = start('client', [
    [servicePort, tlsService],
    [sinkPort, tlsSink],
  ]);
  await untilListening(host, tlsService, tlsSink, servicePort, sinkPort);
  return { name, service: servicePort, sink: sinkPort, client, server };
}

/**
 * The least that Node's own sockets do for this.
 *
 * @param {Places} places
 * @param {string} name
 * @returns {Promise<Pair>}
 */
export async function startLeast({ host, folder, service, sink }, name) {
  const [servicePort, sinkPort, tlsService, tlsSink] = [nextPort++, nextPort++, nextPort++, nextPort++];
  const start = (side, ...ways) => host.spawn(process.execPath, [LEAST, side, folder, ...ways]);
  const server = start('server', `${tlsService}:${service}`, `${tlsSink}:${sink}`);
  const client = start('client', `${servicePort}:${tlsService}`, `${sinkPort}:${tlsSink}`);
  await untilListening(host, tlsService, tlsSink, servicePort, sinkPort);
  return { name, service: servicePort, sink: sinkPort, client, server };
}

/** What is compared, with the versions. */
export function describeVersions() {
  const haproxy = firstLine('haproxy', ['-v']).replace(/^HAProxy version (\S+).*/, '$1');
  const stunnel = /stunnel ([\d.]+)/.exec(firstLine('sh', ['-c', 'stunnel4 -version 2>&1 | grep "^stunnel"']))?.[1];
  const commit = firstLine('git', ['rev-parse', '--short', 'HEAD']);
  return `haproxy ${haproxy}, stunnel ${stunnel}, ambassador ${commit}, Node ${process.version}`;
}
