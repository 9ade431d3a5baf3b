/** publish JSON: a service until it is told to stop. watch TYPE: one line of JSON for each event. */
import { Bonjour } from 'bonjour-service';

const [mode, argument] = process.argv.slice(2);
const bonjour = new Bonjour();

const stop = () => bonjour.unpublishAll(() => bonjour.destroy(() => process.exit()));
process.on('SIGTERM', stop);
process.on('SIGINT', stop);

if (mode === 'publish') {
  const { instance, type, port, txt } = JSON.parse(argument);
  bonjour.publish({ name: instance, type: nameOf(type), port, txt }).on('up', () => console.log('ready'));
} else {
  const describe = (event) => (found) =>
    console.log(
      JSON.stringify({
        event,
        service: {
          instance: found.name,
          type: argument,
          host: found.host,
          port: found.port,
          addresses: found.addresses.filter((address) => !address.includes(':')),
          txt: found.txt,
        },
      }),
    );
  const browser = bonjour.find({ type: nameOf(argument) }, describe('added'));
  browser.on('down', (lost) => console.log(JSON.stringify({ event: 'removed', instance: lost.name })));
  console.log('ready');
}

/** `_thing._tcp` -> `thing` */
function nameOf(type) {
  return type.slice(1, type.indexOf('.'));
}
