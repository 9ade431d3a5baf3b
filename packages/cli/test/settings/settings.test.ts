import { expect, test } from 'vitest';
import { CliError, InvalidValue } from '../../src/exit/cli-error.ts';
import { nameKey, nameVariable, type Option } from '../../src/options/option.ts';
import { findLoopbackInterface, readInterfaces } from '../../src/requests/interfaces.ts';
import { readEnvironment } from '../../src/settings/environment.ts';
import { joinNegativeValues, readFlags, refuseBadFlagWords, refuseDashes } from '../../src/settings/flags.ts';
import { type Layer, Settings } from '../../src/settings/settings.ts';

const OPTIONS: readonly Option[] = [
  { name: 'balance', kind: 'text', summary: '' },
  { name: 'interface', kind: 'list', summary: '' },
  { name: 'json', kind: 'flag', summary: '' },
];

function layerOf(values: Readonly<Record<string, readonly string[]>>, origin: string): Layer {
  return { find: (option) => (values[option] ?? []).map((text) => ({ text, origin, exitCode: 64 })) };
}

function codeAndSentence(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof CliError) return `${error.exitCode} ${error.message}`;
    throw error;
  }
  return 'no error';
}

test('flags win over the environment, the environment over the file, and wholly', () => {
  const settings = new Settings([
    layerOf({ a: ['flag'] }, '--a'),
    layerOf({ a: ['env'], b: ['env', 'env2'] }, 'AMBASSADOR_A'),
  ]).withFallback(layerOf({ a: ['file'], b: ['file'], c: ['file'] }, 'file:1'));
  const read = (option: string): readonly string[] => settings.readEach(option, (text) => text);
  expect([read('a'), read('b'), read('c'), read('d')]).toEqual([['flag'], ['env', 'env2'], ['file'], []]);
});

test('what services share comes last, also behind fallbacks that are added later', () => {
  const settings = new Settings([layerOf({ a: ['flag'] }, '--a')])
    .withShared(layerOf({ a: ['shared'], b: ['shared'], c: ['shared'] }, 'file:1'))
    .withFallback(layerOf({ b: ['own'] }, 'file:2'));
  expect(['a', 'b', 'c'].map((option) => settings.read(option, (text) => text))).toEqual(['flag', 'own', 'shared']);
});

test('of a single value written twice the last counts', () => {
  expect(new Settings([layerOf({ a: ['1', '2'] }, '--a')]).read('a', Number)).toBe(2);
});

test('a wrong value is told with the place where it was written', () => {
  const settings = new Settings([layerOf({ a: ['x'] }, 'AMBASSADOR_A')]);
  const refuse = (): never => {
    throw new InvalidValue('"x" is wrong; write y');
  };
  expect(codeAndSentence(() => settings.read('a', refuse))).toBe('64 AMBASSADOR_A: "x" is wrong; write y');
});

test('a flag is set by true, 1, yes and on, and by nothing else', () => {
  const isSet = (text: string): boolean => new Settings([layerOf({ json: [text] }, '--json')]).isSet('json');
  expect(['true', '1', 'YES', 'on'].map(isSet)).toEqual([true, true, true, true]);
  expect(['false', '0', 'no', 'off', ''].map(isSet)).toEqual([false, false, false, false, false]);
  expect(codeAndSentence(() => isSet('maybe'))).toContain('"maybe" is neither true nor false');
  expect(new Settings([]).isSet('json')).toBe(false);
});

test('an option has its variable and its key', () => {
  expect(nameVariable('check-interval')).toBe('AMBASSADOR_CHECK_INTERVAL');
  expect(nameKey('on-endpoint-lost')).toBe('onEndpointLost');
});

test('variables of several values are split at semicolons, empty ones are not set', () => {
  const layer = readEnvironment(
    { AMBASSADOR_INTERFACE: 'eth0;Wi-Fi 2;', AMBASSADOR_BALANCE: 'a;b', AMBASSADOR_JSON: '', AMBASSADOR_OTHER: 'x' },
    OPTIONS,
  );
  const texts = (option: string): readonly string[] => layer.find(option).map(({ text }) => text);
  expect(texts('interface')).toEqual(['eth0', 'Wi-Fi 2']);
  expect(texts('balance')).toEqual(['a;b']);
  expect([texts('json'), texts('other')]).toEqual([[], []]);
});

test.each([
  [{ balence: 'p2c' }, '64 --balence is no option of ambassador proxy; did you mean --balance?'],
  [{ frobnicate: true }, '64 --frobnicate is no option of ambassador proxy; ambassador proxy --help lists them'],
  [{ x: true }, '64 -x is no option of ambassador proxy'],
  [{ balance: '' }, '64 --balance has no value'],
  [{ interface: ['eth0', ''] }, '64 --interface has no value'],
])('%j: %s', (words, sentence) => {
  expect(codeAndSentence(() => readFlags({ _: [], ...words }, 'proxy', OPTIONS))).toContain(sentence);
});

test('a value that begins with a minus and a digit is the value of the option before it', () => {
  expect(joinNegativeValues(['--weight', '-1', '--timeout', '-3s', '-x', '--', '--a', '-1'])).toEqual([
    '--weight=-1',
    '--timeout=-3s',
    '-x',
    '--',
    '--a',
    '-1',
  ]);
});

test('a flag with a strange value is refused, but not behind --', () => {
  expect(codeAndSentence(() => refuseBadFlagWords(['--json=maybe'], OPTIONS))).toContain('"maybe" is neither');
  expect(codeAndSentence(() => refuseBadFlagWords(['--json=true', '--', '--json=maybe'], OPTIONS))).toBe('no error');
});

test.each([
  ['\u2014balance p2c', '"\u2014balance" begins with a dash that stands for no hyphen; write --balance'],
  ['\u2013-balance=p2c', '"\u2013-balance=p2c" begins with a dash that stands for no hyphen; write --balance=p2c'],
  ['\u2013o file', '"\u2013o" begins with a dash that stands for no hyphen; write -o'],
  ['web:8000 \u2014 python3', '"\u2014" begins with a dash that stands for no hyphen; write --'],
  ['--balance \u2014p2c', 'no error'],
  ['-- echo \u2014p2c', 'no error'],
  ['--json redis-2', 'no error'],
])('a dash that a word processor made of hyphens is not taken for a word: %s', (words, sentence) => {
  expect(codeAndSentence(() => refuseDashes(words.split(' '), OPTIONS))).toContain(sentence);
});

const SYSTEM = {
  lo: [{ address: '127.0.0.1', internal: true }],
  eth0: [{ address: '10.0.0.1', internal: false }],
};

test('an interface that is not there yet is taken by its name, an empty name is refused', () => {
  const read = (name: string): readonly string[] =>
    readInterfaces(new Settings([layerOf({ interface: [name] }, '--interface')]), asInterfaces(SYSTEM), 'linux');
  expect(read('eth7')).toEqual(['eth7']);
  expect(codeAndSentence(() => read(' '))).toBe('64 --interface: " " names no interface; write one of lo, eth0');
});

test('an interface is named as ip shows it, and on Windows in any case', () => {
  const named = (name: string, platform: NodeJS.Platform): readonly string[] =>
    readInterfaces(new Settings([layerOf({ interface: [name] }, '--interface')]), asInterfaces(SYSTEM), platform);
  expect(named('eth0@if7', 'linux')).toEqual(['eth0']);
  expect(named('ETH0', 'win32')).toEqual(['eth0']);
  expect(named('ETH0', 'linux')).toEqual(['ETH0']);
});

test('the loopback interface is told by its addresses', () => {
  expect(findLoopbackInterface(asInterfaces(SYSTEM))).toBe('lo');
  expect(findLoopbackInterface({})).toBeUndefined();
});

type SystemInterfaces = Parameters<typeof findLoopbackInterface>[0];

function asInterfaces(
  brief: Readonly<Record<string, readonly { readonly address: string; readonly internal: boolean }[]>>,
): SystemInterfaces {
  return Object.fromEntries(
    Object.entries(brief).map(([name, addresses]) => [
      name,
      addresses.map((one) => ({ ...one, family: 'IPv4' as const, netmask: '255.0.0.0', mac: '', cidr: null })),
    ]),
  );
}
