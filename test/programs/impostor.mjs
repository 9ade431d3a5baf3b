/**
 * node impostor.mjs PORT [KEYFILE ROLE SERVICE [AGE_MS]]: listens, and shakes hands with the papers that KEYFILE gave to ROLE for SERVICE, or,
 * without them, greets whoever comes as redis might. Once its standard input ends it prints what came as JSON: connections, and bytes beyond TLS's own.
 */
import { createServer } from 'node:net';
import { createServer as createSecureServer } from 'node:tls';
import { showPapers } from './mesh-papers.mjs';

const [port, keyFile, role, service, age = '0'] = process.argv.slice(2);
const tally = { connections: 0, bytes: 0, text: '' };
/** Long enough to be seen not to be TLS. */
const GREETING = '+\r\n-ERR unknown command\r\n';
const count = (chunk) => {
  tally.bytes += chunk.length;
  tally.text += chunk.toString('latin1');
};
const greet = (socket) => {
  socket.on('error', () => undefined).on('data', count);
  socket.write(GREETING);
};
const secure =
  keyFile === undefined
    ? undefined
    : createSecureServer(
        { ...(await showPapers(keyFile, role, service, Number(age))).tls, ALPNProtocols: ['ambassador/1'] },
        greet,
      );
const server = createServer((socket) => {
  tally.connections += 1;
  socket.on('error', () => undefined);
  if (secure !== undefined) secure.emit('connection', socket);
  else socket.write(GREETING);
  if (secure === undefined) socket.on('data', count);
});
secure?.on('tlsClientError', () => undefined);
server.listen(Number(port), '0.0.0.0', () => console.log('ready'));
process.stdin.resume().on('end', () => {
  console.log(JSON.stringify({ ...tally, text: tally.text.slice(0, 1_000) }));
  process.exit();
});
