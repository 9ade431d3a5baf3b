/**
 * node intruder.mjs KIND HOST PORT [KEYFILE [ROLE SERVICE [AGE_MS]]]: tries to reach the service `thing` behind an announcer of a mesh and
 * prints what it got as JSON. KIND: `plain` speaks no TLS, `bare` shows no certificate, `old-tls` speaks TLS 1.2, `papers` shows those that
 * KEYFILE gives to ROLE for SERVICE. `SERVICE/ASKED` asks for another one than it has papers for.
 */
import { connect } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import { showPapers } from './mesh-papers.mjs';

const PATIENCE_MS = 30_000;
const [kind, host, port, keyFile, role, services = 'thing', age = '0'] = process.argv.slice(2);
const [service, asked = 'thing'] = services.split('/');
const place = { host, port: Number(port) };
const common = { ...place, ALPNProtocols: ['ambassador/1'], rejectUnauthorized: false };
let received = '';
let how = 'silence';

const open = {
  plain: async () => connect(place),
  bare: async () => connectSecurely(common),
  'old-tls': async () => connectSecurely({ ...common, maxVersion: 'TLSv1.2' }),
  papers: async () => {
    const { tls } = await showPapers(keyFile, role, service, Number(age));
    return connectSecurely({ ...common, ...tls });
  },
};

const socket = await open[kind]();
const say = () => socket.write(`{"v":1,"svc":"${asked}"}\n`, () => socket.write('who\n'));
socket.once(kind === 'plain' ? 'connect' : 'secureConnect', say);
socket.on('data', (chunk) => {
  received += chunk;
  if (/^\+\n.*\n/.test(received)) finish('answer');
});
socket.on('end', () => finish('end'));
socket.on('error', (error) => finish(error.code));
setTimeout(() => finish('silence'), PATIENCE_MS);

function finish(why) {
  how = why;
  console.log(JSON.stringify({ received, how }));
  process.exit();
}
