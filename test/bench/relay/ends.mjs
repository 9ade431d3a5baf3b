/** Where every load of these benches ends: a service that answers, and a sink that takes whatever is uploaded. */
import { truncateSync, writeFileSync } from 'node:fs';
import { nginx } from './peers.mjs';
import { untilListening } from './rounds.mjs';

export const SERVICE_PORT = 7000;
export const SINK_PORT = 7001;
const BULK_FILE_BYTES = 64_000_000_000;
/** The sink reads this much at a time, so that it does not hold anybody up. */
const SINK_BYTES = 262_144;

/**
 * Resolves when both listen at this address of the host.
 *
 * @param {import('@mdns-ambassador/testkit').Host} host
 * @param {string} folder For their files.
 */
export async function startEnds(host, folder, address = '127.0.0.1') {
  // Enough for what each round leaves behind, and clear of the ports that are listened on.
  await host.read('sh', ['-c', 'echo 10000 65000 > /proc/sys/net/ipv4/ip_local_port_range']);
  for (const [command = '', ...args] of [serviceCommand(folder, address), sinkCommand(address)])
    host.spawn(command, args);
  await untilListening(host, SERVICE_PORT, SINK_PORT);
}

/**
 * An HTTP service that costs next to nothing: `/` is a short answer that ends with a full stop, `/bulk` is larger than any
 * download.
 *
 * @param {string} folder
 * @param {string} address
 */
function serviceCommand(folder, address) {
  writeFileSync(`${folder}/bulk`, '');
  truncateSync(`${folder}/bulk`, BULK_FILE_BYTES);
  const http = `http {
    access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000; keepalive_timeout 1h; send_timeout 1h;
    client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi;
    uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
    server {
      listen ${address}:${SERVICE_PORT} backlog=4096;
      location = / { default_type text/plain; return 200 "It works."; }
      location = /bulk { root ${folder}; }
    }
  }`;
  return nginx(`${folder}/service`, '', http);
}

/** @param {string} address */
function sinkCommand(address) {
  const listen = `TCP-LISTEN:${SINK_PORT},bind=${address},fork,reuseaddr`;
  return ['socat', '-u', '-b', `${SINK_BYTES}`, listen, 'OPEN:/dev/null'];
}
