/** Makes a lab, prints the ids of what runs in it as JSON, and waits to be killed. */
import { Lab } from '@mdns-ambassador/testkit';

const lan = await Lab.create({ hosts: 2 });
await lan
  .host(1)
  .spawn('sh', ['-c', 'setsid sleep 600 & echo started; wait'])
  .line(/started/);
console.log(JSON.stringify(await lan.processes()));
setInterval(() => {}, 60_000);
