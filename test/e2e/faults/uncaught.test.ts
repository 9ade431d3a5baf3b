import { expect } from 'vitest';
import { AMBASSADOR, runProgram, startProgram } from '../../ambassador.ts';
import { labTest } from '../../lab-test.ts';

/** An error that nobody catches with each connection that comes, in a program whose code is not ours to change. */
const BROKEN = `import { Server } from 'node:net';
const emit = Server.prototype.emit;
Server.prototype.emit = function (name, ...args) {
  if (name === 'connection') process.nextTick(() => { throw new Error('broken\\u001b[31m'); });
  return emit.call(this, name, ...args);
};`;

await labTest(
  'an error that nobody has caught is told, and ends neither a proxy nor its service',
  { hosts: 1 },
  async (lan) => {
    const host = lan.host(1);
    await startProgram(host, 'service', '7001', 'h1');
    const args = [AMBASSADOR, 'proxy', 'thing:7000', '--from', 'static:127.0.0.1:7001'];
    const proxying = host.spawn(process.execPath, [
      '--import',
      `data:text/javascript,${encodeURIComponent(BROKEN)}`,
      ...args,
    ]);
    await proxying.line(/found/, { stream: 'stdout' });
    for (const number of [1, 2, 3]) {
      expect([number, await runProgram(host, 'ask', ['127.0.0.1', '7000', 'who'])]).toMatchObject([
        number,
        { answer: 'h1\n' },
      ]);
    }
    await proxying.line(/an error of ours was survived: broken\\u\{1b\}\[31m; please report it/, { stream: 'stdout' });
    expect(await proxying.stop()).toMatchObject({ code: 0 });
  },
);
