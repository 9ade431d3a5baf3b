import { type Host, PYTHON } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { AMBASSADOR, locateProgram, runProgram, spawnAmbassador, startProgram } from '../../ambassador.ts';
import { labTest } from '../../lab-test.ts';

const PROXY = ['proxy', 'thing:7000', '--from', 'static:127.0.0.1:9000', '--log-connections'];

async function ask(host: Host): Promise<string> {
  return (await runProgram<{ answer: string }>(host, 'ask', ['127.0.0.1', '7000', 'who'])).answer;
}

await labTest('a proxy whose output fails goes on, and ends as ever', { hosts: 1 }, async (lan) => {
  const h1 = lan.host(1);
  await startProgram(h1, 'service', '9000', 'h1');
  const [node, ...rest] = [process.execPath, AMBASSADOR, ...PROXY];
  const full = h1.spawn('bash', ['-c', `exec "$@" > /dev/full 2>&1`, 'bash', node, ...rest]);
  await expect.poll(() => ask(h1)).toBe('h1\n');
  for (let times = 0; times < 3; times++) expect(await ask(h1)).toBe('h1\n');
  full.kill('SIGTERM');
  expect(await full.exited).toEqual({ code: 0, signal: undefined });

  // Nobody reads this terminal, and then it is gone.
  const terminal = h1.spawn(PYTHON, [locateProgram('terminal.py'), 'detached', node, ...rest]);
  await expect.poll(() => ask(h1)).toBe('h1\n');
  terminal.stdin.write('close\n');
  await terminal.line(/^closed/);
  for (let times = 0; times < 3; times++) expect(await ask(h1)).toBe('h1\n');
  terminal.stdin.write('end\n');
  await terminal.line(/^exit 0$/);
});

await labTest('a reader that has read enough is told nothing of it, and no failure', { hosts: 1 }, async (lan) => {
  const rounds = 10;
  const loop = `for round in $(seq ${rounds}); do "$@" | head -1; echo "\${PIPESTATUS[0]}"; done`;
  const resolve = ['resolve', 'thing', '--all', '--from', 'static:127.0.0.1:1,127.0.0.1:2,127.0.0.1:3'];
  const heard = await lan.host(1).run('bash', ['-c', loop, 'bash', process.execPath, AMBASSADOR, ...resolve]);
  expect(heard).toMatchObject({ stdout: '127.0.0.1:1\n0\n'.repeat(rounds), stderr: '' });
});

await labTest('what is announced from a terminal says goodbye when that is closed', { hosts: 2 }, async (lan) => {
  const [h1, h2] = [lan.host(1), lan.host(2)];
  await startProgram(h1, 'service', '9000', 'h1');
  const watching = spawnAmbassador(h2, ['list', 'thing', '--watch']);
  const command = [process.execPath, AMBASSADOR, 'announce', 'thing:9000'];
  const terminal = h1.spawn(PYTHON, [locateProgram('terminal.py'), 'attached', ...command]);
  await watching.line(/^\[\+\] thing/);
  terminal.stdin.write('close\n');
  await terminal.line(/^exit 0$/);
  await watching.line(/^\[-\] thing .* said goodbye$/);
});
