import { expect } from 'vitest';
import { CERTIFICATE, CERTIFICATE_KEY } from '../../packages/credentials/test/test-certificate.ts';
import { runProgram } from '../ambassador.ts';
import { labTest } from '../lab-test.ts';

const COUNT = 200;
/** Has glibc overwrite what is freed. */
const env = { MALLOC_PERTURB_: '165' };

await labTest(
  'a connection that breaks as its TLS handshake ends takes no process with it',
  { hosts: 1 },
  async (lan) => {
    const input = JSON.stringify({ cert: CERTIFICATE, key: CERTIFICATE_KEY });
    for (const end of ['announcer', 'proxy', 'credentials']) {
      const args = [end, `${COUNT}`];
      expect(await runProgram(lan.host(1), 'torn-handshakes', args, { env, input }), end).toEqual({ ended: COUNT });
    }
  },
);

await labTest('who hangs up as its TLS handshake ends is not let in', { hosts: 1 }, async (lan) => {
  expect(await runProgram(lan.host(1), 'torn-handshakes', ['leaver', `${COUNT}`])).toEqual({ ended: COUNT });
});
