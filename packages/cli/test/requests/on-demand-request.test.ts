import { expect, test } from 'vitest';
import { readOnDemand } from '../../src/requests/on-demand-request.ts';
import { Settings } from '../../src/settings/settings.ts';

function read(options: Readonly<Record<string, string>>, trailing?: readonly string[]): unknown {
  const find = (option: string) => {
    const text = options[option];
    return text === undefined ? [] : [{ text, origin: `--${option}`, exitCode: 64 }];
  };
  return readOnDemand(new Settings([{ find }]), trailing, undefined);
}

test('a command is started for the first client, and stopped after ten minutes without one', () => {
  expect(read({})).toBeUndefined();
  const command = { command: 'node', args: ['server.js'], check: { kind: 'tcp' } };
  expect(read({ 'on-demand': 'true' }, ['node', 'server.js'])).toEqual({ ...command, idleMs: 600_000 });
  expect(read({ 'on-demand': 'true', idle: '30s' }, ['node', 'server.js'])).toEqual({ ...command, idleMs: 30_000 });
});

test('what does not go together is refused', () => {
  expect(() => read({ 'on-demand': 'true' })).toThrow(
    '--on-demand: there is no command to start; write it behind --, as in -- node server.js',
  );
  expect(() => read({ idle: '1m' }, ['node'])).toThrow('--idle is for --on-demand; add it, or leave this out');
});
