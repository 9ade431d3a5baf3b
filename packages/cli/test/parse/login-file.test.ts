import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { parseLoginFile } from '../../src/parse/login-file.ts';

test.each(['login', './me:here', '/run/secrets/a:b', '..\\me:here', 'C:\\secrets\\login', 'd:/login'])(
  '%s is the path of a file',
  (text) => {
    expect(parseLoginFile(text)).toBe(resolve(text));
  },
);

test.each(['me:secret', 'me:se/secret', ':secret', 'me:secret:secret'])(
  '%s is a login itself, and refused without its words',
  (text) => {
    expect(() => parseLoginFile(text)).toThrow(/^(?!.*secret).*write the path of a file/);
  },
);
