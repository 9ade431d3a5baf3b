import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findProgram } from '../../../src/engines/nftables/program.ts';

test.skipIf(process.platform === 'win32')('a program is what may be run, wherever it stands first', () => {
  const folder = mkdtempSync(join(tmpdir(), 'program-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [text, program] = [join(folder, 'text'), join(folder, 'program')];
  writeFileSync(text, '', { mode: 0o644 });
  writeFileSync(program, '', { mode: 0o755 });
  expect(findProgram([join(folder, 'none'), text, program])).toBe(program);
  expect(findProgram([text])).toBeUndefined();
});
