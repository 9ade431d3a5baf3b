// PORT TOKEN [KEY CERTIFICATE]: a web server, over TLS if it has a key, that serves those alone who bring the token, or are `app` with it as password: /who, /sum (of what is sent), /big, /cut, and a websocket that
// says back what it hears.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';

const [port, token, key, cert] = process.argv.slice(2);
const basic = `Basic ${Buffer.from(`app:${token}`).toString('base64')}`;
const isWelcome = ({ headers }) => [`Bearer ${token}`, basic].includes(headers.authorization);

const serve = async (request, response) => {
  if (!isWelcome(request)) {
    response.writeHead(401, { 'WWW-Authenticate': 'Bearer' }).end('who are you?\n');
    return;
  }
  switch (request.url) {
    case '/who': {
      const { host, upgrade } = request.headers;
      response.end(
        JSON.stringify({
          host,
          upgrade,
          times: request.rawHeaders.filter((name) => /^authorization$/i.test(name)).length,
        }),
      );
      break;
    }
    case '/sum': {
      const hash = createHash('sha256');
      for await (const chunk of request) hash.update(chunk);
      response.end(`${hash.digest('hex')}\n`);
      break;
    }
    case '/big':
      response.setHeader('Content-Length', 20_000_000);
      for (let sent = 0; sent < 20; sent += 1) response.write(Buffer.alloc(1_000_000, sent));
      response.end();
      break;
    default:
      response.write('half of it');
      setTimeout(() => response.destroy(), 50);
  }
};
const server =
  key === undefined
    ? createServer(serve)
    : createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, serve);
server.on('upgrade', (request, socket) => {
  if (!isWelcome(request)) {
    socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    return;
  }
  socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  socket.pipe(socket);
});
server.listen(Number(port), '127.0.0.1', () => console.log('ready'));
