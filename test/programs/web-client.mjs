// PORT: asks a web server over one kept connection, many at once, and over a websocket; prints what came as JSON.
import { once } from 'node:events';
import { Agent, request } from 'node:http';

const port = Number(process.argv[2]);
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const ask = async (options, body) => {
  const asking = request({ port, host: '127.0.0.1', agent, ...options });
  asking.end(body);
  const [response] = await once(asking, 'response');
  let text = '';
  for await (const chunk of response) text += chunk;
  return { status: response.statusCode, text, from: asking.socket?.localPort };
};

const first = await ask({ path: '/who' });
const second = await ask({ path: '/who', headers: { Authorization: 'Basic bWU6bWU=' } });
const crowd = await Promise.all(Array.from({ length: 50 }, () => ask({ path: '/who', agent: undefined })));
const handshake = request({
  port,
  host: '127.0.0.1',
  path: '/chat',
  headers: { Connection: 'Upgrade', Upgrade: 'websocket' },
});
handshake.end();
const [answer, socket] = await once(handshake, 'upgrade');
socket.write('hello');
const [echo] = await once(socket, 'data');
socket.end();
await once(socket, 'close');
agent.destroy();
console.log(
  JSON.stringify({
    who: JSON.parse(first.text),
    same: first.from === second.from && second.status === 200,
    crowd: crowd.filter(({ status }) => status === 200).length,
    websocket: [answer.statusCode, String(echo)],
  }),
);
