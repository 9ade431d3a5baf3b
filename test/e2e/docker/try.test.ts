import { labTest } from '../../lab-test.ts';
import { DockerDaemon } from '../../docker-daemon.ts';
await labTest('try', { hosts: 2, timeout: 120_000 }, async (lan) => {
  const t = Date.now();
  const log = (s: string) => process.stderr.write(`${Date.now() - t} ${s}\n`);
  const daemon = await DockerDaemon.start(lan.host(1));
  log('up');
  try {
    await daemon.importBaseImages();
    log('imported');
    log((await daemon.buildImage()).slice(-300));
    log((await daemon.buildImage('ambassador:haproxy', '--target', 'haproxy')).slice(-300));
    log(await daemon.docker('images'));
    log(await daemon.docker('run', '--rm', '--read-only', '--cap-drop', 'ALL', 'ambassador', '--version'));
  } finally {
    await daemon.close();
    log('closed');
  }
});
