import { expect } from 'vitest';
import { announce, list, proxy, runAmbassador, runProgram, startProgram } from '../../ambassador.ts';
import { avahi, startAvahi } from '../../interop/peers/avahi.ts';
import { labTest } from '../../lab-test.ts';
import { initMesh, makeSharedFolder } from '../../mesh.ts';

for (const responder of ['native', 'avahi', 'bonjour-service'] as const) {
  await labTest(
    `what a member announces through ${responder} is recognised by its signature, and strangers are sent away`,
    { hosts: 2, needs: responder === 'avahi' ? avahi.needs : [] },
    async (lan) => {
      const [h1, h2] = [lan.host(1), lan.host(2)];
      const folder = makeSharedFolder();
      const key = await initMesh(h1, folder);
      const foreign = await initMesh(h1, folder, 'foreign.key');
      if (responder === 'avahi') await startAvahi(h1);
      await startProgram(h1, 'service', '7000', 'h1');
      const announcer = await announce(h1, 'thing:7000', '--responder', responder, '--mesh-key-file', key);
      const proxying = await proxy(h2, 'thing:7000', '--mesh-key-file', key);
      await proxying.until((output) => output.includes('found "thing on h1'));
      const { answer } = await runProgram<{ readonly answer: string }>(h2, 'ask', ['127.0.0.1', '7000', 'who']);
      expect(answer).toBe('h1\n');

      const cases = [
        [['--mesh-key-file', key], true],
        [['--mesh-key-file', foreign], false],
        [[], false],
      ] as const;
      const [resolved, foreigner] = await Promise.all([
        runAmbassador(h2, ['resolve', 'thing', '--json', '--timeout', '20s', '--mesh-key-file', key]),
        runAmbassador(h2, ['resolve', 'thing', '--timeout', '5s', '--mesh-key-file', foreign]),
        ...cases.map(async ([flags, secure]) => {
          await expect
            .poll(() => list(h2, 'thing', ...flags), { message: flags.join(' ') })
            .toMatchObject([{ port: 22_000, secure }]);
        }),
      ]);
      expect(JSON.parse(resolved.stdout)).toMatchObject([{ port: 22_000, secure: true, state: 'ready' }]);
      expect(foreigner).toMatchObject({ code: 69, stdout: '' });
      expect(foreigner.stderr).toMatch(/thing: "thing on h1.*" can't be used: it is not of this mesh/);
      expect(await announcer.stop('SIGTERM')).toMatchObject({ code: 0 });
      await proxying.line(/lost "thing on h1/);
    },
  );
}
