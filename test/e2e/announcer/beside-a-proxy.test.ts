import { type HostProcess, PYTHON } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { announce, locateProgram, proxy, runProgram, spawnAmbassador, startProgram } from '../../ambassador.ts';
import { labTest } from '../../lab-test.ts';
import { initMesh, makeSharedFolder } from '../../mesh.ts';

await labTest(
  'two machines that each announce the port of their own proxy lead nobody in a circle, and serve once the service is there',
  { hosts: 3 },
  async (lan) => {
    const [h1, h2, h3] = [lan.host(1), lan.host(2), lan.host(3)];
    const key = await initMesh(h1, makeSharedFolder());
    for (const flags of [[], ['--mesh-key-file', key]]) {
      const processes: HostProcess[] = [];
      for (const host of [h1, h2]) {
        const proxying = await proxy(host, 'thing:7000', ...flags);
        const announcing = spawnAmbassador(host, ['announce', 'thing:7000', '--relay', ...flags]);
        await announcing.line(/a proxy of thing listens on 127\.0\.0\.1:7000/, { stream: 'stdout' });
        processes.push(proxying, announcing);
      }
      const service = await startProgram(h3, 'service', '7000', 'h3');
      const far = await announce(h3, 'thing:7000', '--relay', ...flags);
      for (const host of [h1, h2])
        expect(await runProgram(host, 'ask', ['127.0.0.1', '7000', 'who'])).toMatchObject({ answer: 'h3\n' });
      for (const process of processes) expect(process.stdout).not.toMatch(/^announced/m);
      for (const process of [...processes, far, service]) await process.stop();
    }
  },
);

await labTest(
  'a rogue that announces two proxies as the service leads nobody in a circle',
  { hosts: 3 },
  async (lan) => {
    const [h1, h2, rogue] = [lan.host(1), lan.host(2), lan.host(3)];
    const proxies: HostProcess[] = [];
    for (const host of [h1, h2]) proxies.push(await proxy(host, 'thing', '--listen', '0.0.0.0:7001', '--allow-remote'));
    for (const { name, ip } of [h1, h2]) {
      const forging = rogue.spawn(PYTHON, [
        locateProgram('mdns-forger.py'),
        'eth0',
        rogue.ip,
        `to-${name}`,
        ip,
        '7001',
      ]);
      await forging.line(/^ready/);
    }
    for (const proxying of proxies) await proxying.line(/^found "to-/m);
    const client = rogue.spawn(PYTHON, ['-c', `import socket; socket.create_connection(('${h1.ip}', 7001)).recv(1)`]);
    await Promise.race(proxies.map((proxying) => proxying.line(/not used for now: leads back to this proxy/)));
    await client.stop();
    for (const { pid } of proxies) {
      const files = await h1.read('sh', ['-c', `ls /proc/${pid}/fd | wc -l`]);
      expect(Number(files)).toBeLessThan(500);
    }
  },
);
