import { PYTHON } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { locateProgram, proxy, runAmbassador, startProgram } from '../../ambassador.ts';
import { who } from '../../clients.ts';
import { labTest } from '../../lab-test.ts';

const FAR = '10.98.77.5';
const ADVICE = `"far" can't be used: ${FAR} is beyond this link: add --allow-cidr 10.98.77.0/24 to use it`;

await labTest(
  'an instance beyond the link is told with what would have it used, which it then is',
  { hosts: 2 },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    await h2.read('ip', ['address', 'add', `${FAR}/32`, 'dev', 'eth0']);
    await h1.read('ip', ['route', 'add', '10.98.77.0/24', 'dev', 'eth0']);
    await startProgram(h2, 'service', '7000', 'far');
    const forging = h2.spawn(PYTHON, [locateProgram('mdns-forger.py'), 'eth0', '10.99.0.2', 'far', FAR, '7000']);
    await forging.line(/^ready/);
    const proxying = await proxy(h1, 'thing:7001');
    await proxying.line(/add --allow-cidr 10\.98\.77\.0\/24/, { stream: 'stderr' });
    const waiting = who(h1, 7001);
    await proxying.until((output) => output.includes(`thing: ${ADVICE}`));
    await proxying.stop('SIGKILL');
    await waiting.catch(() => undefined);
    expect((await runAmbassador(h1, ['resolve', 'thing'])).stderr).toContain(ADVICE);
    expect((await runAmbassador(h1, ['list', 'thing'])).stdout).toContain(`${FAR}:7000 (off-link)`);
    await proxy(h1, 'thing:7002', '--allow-cidr', '10.98.77.0/24');
    expect(await who(h1, 7002)).toBe('far\n');
  },
);
