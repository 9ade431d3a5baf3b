import { expect } from 'vitest';
import { announce, locateProgram, proxy, runProgram, startProgram } from '../../ambassador.ts';
import { labTest } from '../../lab-test.ts';
import { Load } from '../../load.ts';

/** A connection that the kernel accepts and nobody serves. */
const QUEUE = `import socket, sys
kept = socket.create_connection((sys.argv[1], 7000))
print('queued', flush=True)
sys.stdin.read()`;

await labTest(
  'a request under way is answered, although the accept queue of its service is full and discovery has lost sight of it',
  { hosts: 3 },
  async (lan) => {
    const [h1, h2, client] = [lan.host(1), lan.host(2), lan.host(3)];
    const worker = h1.spawn('python3', [locateProgram('one-worker.py'), '7000']);
    await worker.line(/^ready/);
    const announcer = await announce(h1, 'thing:7000', '--check', 'none');
    const proxying = await proxy(client, 'thing:7000', '--balance', 'round-robin');
    const asked = runProgram(client, 'ask', ['127.0.0.1', '7000', 'who'], { timeout: 200_000 });
    await worker.line(/^taken 1/);
    await client.spawn('python3', ['-c', QUEUE, h1.ip]).line(/^queued/);

    await startProgram(h2, 'service', '7000', 'h2');
    await announce(h2, 'thing:7000');
    await proxying.line(/found "thing on h2"/);
    const load = await Load.start(client, { concurrency: 1, pauseMs: 20 });
    await announcer.stop('SIGKILL');
    await proxying.line(/lost "thing on h1"/);

    worker.stdin.write('go\n');
    expect(await asked).toMatchObject({ answer: 'done\n', end: 'end' });
    expect(proxying.output).not.toContain('reset');
    await load.finish();
  },
);
