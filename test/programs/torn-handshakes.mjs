/**
 * Ends connections as soon as their TLS handshakes are over: what TLS stands on first, then TLS, as whoever looks after both does when a peer has reset
 * it. Prints as JSON how many were ended so. END is who ends them: an `announcer`, a `proxy`, or who takes `credentials` to a service, whose
 * certificate and key come as JSON on stdin. With `leaver` a proxy hangs up as its handshake ends, and those are counted whom the announcer says to have left.
 *
 *     MALLOC_PERTURB_=165 node torn-handshakes.mjs END COUNT
 *
 * The variable has glibc overwrite what is freed: who goes on with it does not get away with it.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { json } from 'node:stream/consumers';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import { startTls } from '../../packages/credentials/dist/start-tls.js';
import { systemClock as clock } from '../../packages/mdns/dist/index.js';
import { connectSecure } from '../../packages/mesh/dist/client/connect-secure.js';
import { Mesh, MeshKey } from '../../packages/mesh/dist/index.js';
import { PROTOCOLS } from '../../packages/mesh/dist/member.js';
import { PeerIdentity } from '../../packages/mesh/dist/peer-identity.js';
import { SecureAcceptor } from '../../packages/mesh/dist/server/accept-secure.js';

const [end, count] = process.argv.slice(2);
const { signal } = new AbortController();
let ended = 0;

function tear(raw, leg) {
  raw.resetAndDestroy();
  leg.destroy();
  ended += 1;
}

const { server, shakeHands } = end === 'credentials' ? await startService() : await startMesh();
server.listen(0, '127.0.0.1');
await once(server, 'listening');
for (let each = 0; each < Number(count); each++) {
  const raw = connect(server.address().port, '127.0.0.1');
  const closed = new Promise((resolve) => raw.on('error', () => undefined).once('close', resolve));
  await once(raw, 'connect');
  shakeHands(raw).catch(() => undefined);
  await closed;
}
console.log(JSON.stringify({ ended }));
process.exit();

async function startMesh() {
  const mesh = new Mesh({ kind: 'keys', current: new MeshKey(randomBytes(32)) }, { clock });
  const acceptor = new SecureAcceptor(await mesh.join('announce', 'redis'), ...PROTOCOLS);
  const member = await mesh.join('proxy', 'redis');
  const identity = new PeerIdentity(member, PROTOCOLS);
  const accept = async (raw) => {
    const { leg } = await acceptor.accept(raw, signal);
    if (end === 'announcer') tear(raw, leg);
    else if (end === 'leaver') raw.destroy();
  };
  const noteRefusal = ({ message }) => {
    if (end === 'leaver' && message === 'it left during the handshake') ended += 1;
  };
  return {
    server: createServer({ pauseOnConnect: true, allowHalfOpen: true }, (raw) => accept(raw).catch(noteRefusal)),
    shakeHands: async (raw) => {
      if (end === 'leaver') {
        hangUp(raw, member.papers());
        return;
      }
      const { leg } = await connectSecure(raw, member.papers(), identity, 'here', signal);
      if (end === 'proxy') tear(raw, leg);
      else leg.resume();
    },
  };
}

/** What says so comes with the last of the handshake. */
function hangUp(socket, { context, standing }) {
  const secure = connectTls({
    socket,
    secureContext: context,
    servername: `${standing.meshId}.ambassador`,
    ALPNProtocols: [...PROTOCOLS],
    checkServerIdentity: () => undefined,
  });
  secure.on('error', () => undefined).once('secureConnect', () => secure.end());
}

async function startService() {
  const { cert, key } = await json(process.stdin);
  return {
    server: createTlsServer({ cert, key }, (socket) => socket.on('error', () => undefined)),
    shakeHands: async (raw) => tear(raw, await startTls(raw, { ca: cert, serverName: 'db.test' }, signal)),
  };
}
