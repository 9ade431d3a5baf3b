import { expect } from 'vitest';
import { announce, proxy, runProgram, startProgram } from '../../ambassador.ts';
import { labTest } from '../../lab-test.ts';
import { initMesh, makeSharedFolder } from '../../mesh.ts';

await labTest(
  'what is announced on a port where a proxy listens is not dialled by that proxy',
  { hosts: 2 },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    const key = await initMesh(h1, makeSharedFolder());
    await startProgram(h2, 'service', '7000', 'h2');
    for (const flags of [[], ['--mesh-key-file', key]]) {
      const far = await announce(h2, 'thing:7000', '--relay', ...flags);
      const proxying = await proxy(h1, 'thing:7000', ...flags);
      const near = await announce(h1, 'thing:7000', '--relay', ...flags);
      await proxying.line(/thing on h1.*it leads back to this proxy/, { stream: 'stderr' });
      for (let time = 0; time < 10; time++)
        expect(await runProgram(h1, 'ask', ['127.0.0.1', '7000', 'who'])).toMatchObject({ answer: 'h2\n' });
      // Each of the announcer's checks goes through the proxy to the other host, and no further.
      const status = await h1.read('sh', ['-c', `ls /proc/${proxying.pid}/fd | wc -l`]);
      expect(Number(status)).toBeLessThan(100);
      for (const process of [near, proxying, far]) await process.stop();
    }
  },
);
