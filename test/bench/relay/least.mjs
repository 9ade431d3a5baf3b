/**
 * node least.mjs open|client|server FOLDER FROM:TO...: the least that carries TCP with Node's own sockets from ports of this host's loopback to others:
 * half-closes are passed on, and nothing else is done. No relay on these sockets takes less. As `client` it speaks TLS to whom it connects, as `server` to
 * whom it accepts, with the certificates that `pairs.mjs` made in FOLDER.
 */
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';

const [side, folder, ...ways] = process.argv.slice(2);
const host = '127.0.0.1';
const options = { allowHalfOpen: true, noDelay: true };
const read = (name) => readFileSync(`${folder}/${name}`);
const secrets = side === 'open' ? {} : { ca: read('ca.pem'), cert: read(`${side}.crt`), key: read(`${side}.key`) };
const tls = { ...options, ...secrets, minVersion: 'TLSv1.3', servername: 'server', requestCert: true };

const carry = (source, sink) => {
  source.on('data', (bytes) => {
    if (!sink.write(bytes)) source.pause();
  });
  sink.on('drain', () => source.resume());
  source.on('end', () => sink.end());
  source.on('error', () => sink.destroy());
};

for (const way of ways) {
  const [from, to] = way.split(':').map(Number);
  const dial = () =>
    side === 'client' ? connectTls({ ...tls, host, port: to }) : connect({ ...options, host, port: to });
  const onClient = (client) => {
    const upstream = dial();
    carry(client, upstream);
    carry(upstream, client);
  };
  const server = side === 'server' ? createTlsServer(tls, onClient) : createServer(options, onClient);
  server.listen({ host, port: from, backlog: 4_096 });
}
