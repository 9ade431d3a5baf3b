import { expect } from 'vitest';
import { proxy, runAmbassador, runProgram, spawnAmbassador, spawnProgram } from '../../ambassador.ts';
import { labTest } from '../../lab-test.ts';

const HOSTILE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
const NAME = '\u001b]0;owned\u0007\u001b[31m\u202e\u009b2J\nmesh 0123: only its members';
const SHOWN = '\\u{1b}]0;owned\\u{7}\\u{1b}[31m\\u{202e}\\u{9b}2J\\u{a}mesh 0123';

await labTest(
  'an instance with a hostile name writes no line and no escape of its own anywhere',
  { hosts: 2 },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    // Nobody is at its port.
    spawnProgram(h2, 'flood', 'flushes', h2.ip, '4', '120', NAME);
    const watching = spawnAmbassador(h1, ['list', 'thing', '--watch']);
    const told = ['--connect-timeout', '1s', '--log-level', 'info', '--log-connections'];
    const plain = await proxy(h1, 'thing:7000', ...told, '--log-format', 'json');
    const pretty = await proxy(h1, 'thing:7001', ...told, '--log-format', 'pretty', '--json');
    for (const proxying of [plain, pretty]) await proxying.line(/owned/, { stream: 'stdout' });
    for (const port of ['7000', '7001']) await runProgram(h1, 'ask', ['127.0.0.1', port, 'who']);
    await plain.line(/owned.* is not used for now/, { stream: 'stdout' });
    await pretty.line(/"unreachable"/, { stream: 'stdout' });
    for (const proxying of [plain, pretty]) await expect.poll(() => proxying.stderr).toContain('owned');
    await watching.line(/^\[\+\] thing/);
    const found = await runAmbassador(h1, ['resolve', 'thing', '--json']);

    for (const text of [plain.stdout, plain.stderr, pretty.stdout, pretty.stderr, watching.stdout, found.stdout]) {
      expect(text).toContain('owned');
      for (const line of text.split('\n')) expect(line).not.toMatch(HOSTILE);
      expect(text).not.toMatch(/^mesh 0123/m);
    }
    expect(plain.stdout).toContain(`found "${SHOWN}`);
    expect(JSON.parse(found.stdout)).toMatchObject([{ instance: NAME }]);
  },
);
