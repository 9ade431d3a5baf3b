/** Another one: it looks for a service with the bonjour-service library, and prints the first that it finds. */
import { Bonjour } from 'bonjour-service';

const bonjour = new Bonjour();
bonjour.findOne({ type: 'clock' }, 60_000, (service) => {
  console.log(service ? `${service.name}: port ${service.port}` : 'nothing found');
  bonjour.destroy(() => process.exit());
});
