import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const LOADER = fileURLToPath(new URL('../bin/load.js', import.meta.url));
const PART = 'part-1a2b.js';

let scratch: string;
let cache: string;

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'load-'));
  cache = join(scratch, 'code-cache');
  mkdirSync(join(scratch, 'bundle'));
  mkdirSync(cache);
  writeFileSync(
    join(scratch, 'bundle/main.js'),
    `const { said } = require('./${PART}'); console.log(said(), require('node:path').sep, require('./${PART}').said());`,
  );
  writePart('first!');
});

afterEach(() => {
  rmSync(scratch, { recursive: true });
});

function writePart(word: string): void {
  writeFileSync(join(scratch, 'bundle', PART), `const word = '${word}'; exports.said = () => word;`);
}

/** What the program prints, run in a process of its own. */
function run(): string {
  const words = [LOADER, join(scratch, 'bundle/main.js'), cache].map((each) => JSON.stringify(each));
  const script = `require(${words[0]}).load(${words[1]}, ${words[2]})`;
  return execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }).trim();
}

function listKept(): readonly string[] {
  return existsSync(cache) ? readdirSync(cache, { recursive: true, encoding: 'utf8' }).sort() : [];
}

const PLACE = `${process.version}-${process.arch}`;

test('what was compiled is kept by the name of its file, and taken from there the next time', () => {
  expect(run()).toMatch(/^first! . first!$/);
  expect(listKept()).toEqual([PLACE, join(PLACE, `${PART}.bin`)]);
  // As long, under the same name: V8 can't tell. The program's own files change their names.
  writePart('second');
  expect(run()).toMatch(/^first! . first!$/);
});

test('what is kept and is none of this V8 is compiled anew', () => {
  mkdirSync(join(cache, PLACE));
  writeFileSync(join(cache, PLACE, `${PART}.bin`), 'of another time');
  expect(run()).toMatch(/^first! . first!$/);
});

test('where there is no folder for it, nothing is kept', () => {
  rmSync(cache, { recursive: true });
  expect(run()).toMatch(/^first! . first!$/);
  expect(listKept()).toEqual([]);
});

test.skipIf(process.geteuid?.() !== 0)(
  'in a folder of somebody else nothing is kept, though root may write there',
  () => {
    chownSync(cache, 65_534, 65_534);
    expect(run()).toMatch(/^first! . first!$/);
    expect(listKept()).toEqual([]);
  },
);

test('a file that waits to be used is run when something of it is asked for, once', () => {
  const part = './when-used-part-3c4d.js';
  writeFileSync(
    join(scratch, 'bundle/main.js'),
    `const part = require('${part}'), again = require('${part}'); console.log('begun'); console.log(part.word, 'word' in again);`,
  );
  writeFileSync(join(scratch, 'bundle', part), "console.log('run'); exports.word = 'here';");
  expect(run().split('\n')).toEqual(['begun', 'run', 'here true']);
});

test('of what waits to be used everything can be listed, also what is fixed, and what is written there is kept', () => {
  const part = './when-used-part-3c4d.js';
  writeFileSync(
    join(scratch, 'bundle/main.js'),
    `const part = require('${part}');
    console.log(JSON.stringify({ ...part }), Object.keys(part).join(' '), Object.getOwnPropertyDescriptor(part, 'none'));
    part.word = 'there';
    console.log(part.read(), part.fixed);`,
  );
  writeFileSync(
    join(scratch, 'bundle', part),
    `Object.defineProperty(exports, 'fixed', { enumerable: true, value: 1 });
    exports.word = 'here';
    exports.read = () => exports.word;`,
  );
  expect(run().split('\n')).toEqual(['{"fixed":1,"word":"here"} fixed word read undefined', 'there 1']);
});

test("Node's client of HTTP is loaded when something of it is asked for", () => {
  writeFileSync(
    join(scratch, 'bundle/main.js'),
    `const http = require('node:http');
    const isLoaded = () => process.moduleLoadList.includes('NativeModule http');
    console.log(isLoaded(), new (class extends http.Agent {})().maxSockets, isLoaded());`,
  );
  expect(run()).toBe('false Infinity true');
});
