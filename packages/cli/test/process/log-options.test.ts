import { expect, test } from 'vitest';
import { createPrinter } from '../../src/output/printer.ts';
import { openLog } from '../../src/process/log-options.ts';
import type { Surroundings } from '../../src/process/surroundings.ts';
import { type Given, Settings } from '../../src/settings/settings.ts';

/** What `--log-level`, `--log-format` and standard output leave of a line of `info` and one of `warn`. */
function listLogged(said: Readonly<Record<string, string>>, storyIsOn: 'stdout' | 'stderr'): readonly string[] {
  const logged: string[] = [];
  const printer = (): Surroundings['stdout'] => createPrinter({ write: () => true }, {});
  const stderr = printer();
  const stdout = storyIsOn === 'stderr' ? stderr : printer();
  const given = new Map(Object.entries(said));
  const find = (option: string): readonly Given[] =>
    [given.get(option)].flatMap((text) => (text === undefined ? [] : [{ text, origin: `--${option}`, exitCode: 64 }]));
  const logStream = { write: (text: string) => logged.push(text) };
  const log = openLog(new Settings([{ find }]), { stdout, stderr, logStream });
  log.info({}, 'found');
  log.warn({}, 'lost');
  return logged.map((line) => /found|lost/.exec(line)?.[0] ?? line);
}

test('what standard error tells people already is not logged beside it, unless somebody asks for that', () => {
  expect(listLogged({}, 'stdout')).toEqual(['found', 'lost']);
  expect(listLogged({}, 'stderr')).toEqual(['lost']);
  expect(listLogged({ 'log-format': 'json' }, 'stderr')).toEqual(['found', 'lost']);
  expect(listLogged({ 'log-level': 'info' }, 'stderr')).toEqual(['found', 'lost']);
});
