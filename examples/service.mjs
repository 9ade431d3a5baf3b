/** node service.mjs PORT NAME: an HTTP service that answers every request with its name, one request a connection. */
import { createServer } from 'node:http';

const [port, name] = process.argv.slice(2);
const server = createServer((_, response) => response.setHeader('connection', 'close').end(`${name}\n`));
server.listen(Number(port), '0.0.0.0', () => console.log(`${name} listens on port ${port}`));
process.once('SIGTERM', () => server.close());
