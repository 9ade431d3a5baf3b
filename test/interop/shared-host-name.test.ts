import { expect } from 'vitest';
import { proxy, startProgram } from '../ambassador.ts';
import { who } from '../clients.ts';
import { labTest } from '../lab-test.ts';
import { bonjourService } from './peers/bonjour-service.ts';

/** bonjour-service looks for nobody else who has the name of its host. */
const NAMES = ['svc one', 'svc two'] as const;

await labTest(
  'of two machines with one host name each is reached for its own service',
  { hosts: 3, needs: bonjourService.needs },
  async (lan) => {
    const h3 = lan.host(3);
    for (const [index, instance] of NAMES.entries()) {
      const host = lan.host(index + 1);
      await host.read('hostname', ['pi']);
      await startProgram(host, 'service', '7000', instance);
      await bonjourService.publish(host, { instance, type: '_thing._tcp', port: 7000, txt: {} });
    }
    for (const [index, instance] of NAMES.entries()) {
      const proxying = await proxy(h3, `thing:${7001 + index}`, '--instance', instance);
      await proxying.line(/^found /);
      for (let n = 0; n < 5; n++) expect(await who(h3, 7001 + index)).toBe(`${instance}\n`);
    }
  },
);
