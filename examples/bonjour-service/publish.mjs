/** An existing program that knows nothing of ambassador: it publishes its HTTP service with the bonjour-service library. */
import { createServer } from 'node:http';
import { Bonjour } from 'bonjour-service';

const bonjour = new Bonjour();
createServer((_, response) => response.end('hello from a Bonjour program\n')).listen(9000, '0.0.0.0', () => {
  bonjour.publish({ name: 'an old program', type: 'greeter', port: 9000 }).on('up', () => console.log('published'));
});
