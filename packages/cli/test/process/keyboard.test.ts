import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { findKeyboard } from '../../src/process/keyboard.ts';

/** A terminal that is none of the system's: what is written to it was typed. */
class FakeTerminal extends PassThrough {
  readonly isTTY: boolean;
  isRaw = false;

  constructor(isTTY = true) {
    super();
    this.isTTY = isTTY;
  }

  setRawMode(isRaw: boolean): this {
    this.isRaw = isRaw;
    return this;
  }
}

test.each(['linux', 'darwin', 'freebsd'] as const)(
  'on %s a command leads a group of its own, and the keyboard is let be',
  async (platform) => {
    expect(await findKeyboard({ platform, stdin: new FakeTerminal() })).toBeUndefined();
  },
);

test('on Windows it is let be where standard input is no terminal', async () => {
  expect(await findKeyboard({ platform: 'win32', stdin: new FakeTerminal(false) })).toBeUndefined();
});

test('on Windows Ctrl-C is no signal while it is held, and what is typed comes by the line', async () => {
  const stdin = new FakeTerminal();
  const told: string[] = [];
  const keyboard = await findKeyboard({ platform: 'win32', stdin });
  const release = keyboard?.hold({
    onInterrupt: () => told.push('Ctrl-C'),
    onLine: (line) => told.push(line),
    onEnd: () => told.push('end'),
  });
  expect(stdin.isRaw).toBe(true);
  stdin.write('r');
  stdin.write('s\r');
  stdin.write('\x03');
  await expect.poll(() => told).toEqual(['rs\n', 'Ctrl-C']);
  release?.();
  expect(stdin.isRaw).toBe(false);
  expect(told).toHaveLength(2);
});

test('the end of what is typed is told once', async () => {
  const stdin = new FakeTerminal();
  let ends = 0;
  const keyboard = await findKeyboard({ platform: 'win32', stdin });
  keyboard?.hold({
    onInterrupt: () => undefined,
    onLine: () => undefined,
    onEnd: () => ends++,
  });
  stdin.end('\x04');
  await expect.poll(() => ends).toBe(1);
});
