/** node squatter.mjs PORT: takes a service's port, agrees to all that it is told, and says it: `heard TEXT`. */
import { createServer } from 'node:net';

const server = createServer((socket) => {
  socket.on('data', (chunk) => {
    console.log(`heard ${JSON.stringify(chunk.toString('latin1'))}`);
    socket.write('+OK\r\n');
  });
  socket.on('error', () => {});
});
server.listen(Number(process.argv[2]), '127.0.0.1', () => console.log('ready'));
