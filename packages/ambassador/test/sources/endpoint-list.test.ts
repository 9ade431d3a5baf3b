import { listHostileDocuments } from '@mdns-ambassador/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AmbassadorError } from '../../src/ambassador-error.ts';
import { parseEndpointList } from '../../src/sources/endpoint-list.ts';

describe('a list', () => {
  test('of texts and objects is read, in its order', () => {
    const text = `
- 10.0.0.1:6379
- "[fd00::1]:6380"
# the spare
- { address: db.example.com, port: 5432, priority: 10, weight: 5, instance: the spare }
- address: 10.0.0.2
  port: 80
`;
    expect(parseEndpointList(text, 'x.yaml')).toEqual([
      { host: '10.0.0.1', port: 6379, priority: 0, weight: 0 },
      { host: 'fd00::1', port: 6380, priority: 0, weight: 0 },
      { host: 'db.example.com', port: 5432, priority: 10, weight: 5, instance: 'the spare' },
      { host: '10.0.0.2', port: 80, priority: 0, weight: 0 },
    ]);
  });

  test('may be JSON', () => {
    const text = '[\n\t"10.0.0.1:1",\n\t{"address": "10.0.0.2", "port": 2}\n]\n';
    expect(parseEndpointList(text, 'x.json')).toMatchObject([{ port: 1 }, { host: '10.0.0.2', port: 2 }]);
  });

  test('may be empty', () => {
    expect(parseEndpointList('[]', 'x.yaml')).toEqual([]);
  });
});

describe('what is wrong is said with file, line, value and remedy', () => {
  test.each<readonly [string, number, RegExp]>([
    ['', 1, /nothing in it; write \[\]/],
    ['# only a comment\n', 1, /nothing in it/],
    ['redis: 10.0.0.1:1\n', 1, /no list; write a list/],
    ['10.0.0.1:1', 1, /no list/],
    ['- 10.0.0.1:1\n- [fd00::1]:1\n', 2, /neither YAML nor JSON/],
    ['- 10.0.0.1:1\n- "oops\n', 3, /neither YAML nor JSON/],
    ['- 10.0.0.1:1\n- 10.0.0.2\n', 2, /"10\.0\.0\.2" is not HOST:PORT/],
    ['- 10.0.0.1:70000\n', 1, /"10\.0\.0\.1:70000" is not HOST:PORT/],
    ['- 10.0.0.1:1\n\n- 7\n', 3, /7 is no endpoint; write "HOST:PORT"/],
    ['- 10.0.0.1:1\n-\n', 2, /null is no endpoint/],
    ['- [a]\n', 1, /\["a"\] is no endpoint/],
    ['- { address: 10.0.0.1, prot: 1 }\n', 1, /"prot" is no key here; write one of address, port/],
    ['- { port: 1 }\n', 1, /no address/],
    ['- { address: 10.0.0.1 }\n', 1, /no port/],
    ['- address: 10.0.0.300\n  port: 1\n', 1, /"10\.0\.0\.300" is no address/],
    ['- address: 7\n  port: 1\n', 1, /7 is no address/],
    ['- address: 10.0.0.1\n  port: http\n', 2, /"http" is no port; write a number/],
    ['- address: 10.0.0.1\n  port: 1\n  weight: -1\n', 3, /-1 is no weight; write a number from 0/],
    ['- address: 10.0.0.1\n  port: 1\n  priority: 1.5\n', 3, /1\.5 is no priority/],
    ['- address: 10.0.0.1\n  port: 1\n  instance: ""\n', 3, /"" is no instance name/],
    [`- { address: 10.0.0.1, port: 1, instance: ${'x'.repeat(64)} }\n`, 1, /no instance name/],
    ['- 10.0.0.1:1\n- 10.0.0.2:1\n- 10.0.0.1:1\n', 3, /"10\.0\.0\.1:1" stands in line 1 already/],
    ['- &a 10.0.0.1:1\n- *a\n', 2, /is no endpoint/],
    ['- { address: 10.0.0.1, port: 1, port: 2 }\n', 1, /neither YAML nor JSON .*unique/],
  ])('%j', (text, line, sentence) => {
    expect(() => parseEndpointList(text, '/etc/redis.yaml')).toThrow(AmbassadorError);
    expect(() => parseEndpointList(text, '/etc/redis.yaml')).toThrow(sentence);
    expect(() => parseEndpointList(text, '/etc/redis.yaml')).toThrow(new RegExp(`^/etc/redis\\.yaml:${line}: `));
  });

  test('of 257 entries, naming the first that is too many', () => {
    const text = Array.from({ length: 257 }, (_, index) => `- 10.0.0.1:${index + 1}\n`).join('');
    expect(() => parseEndpointList(text, 'x')).toThrow(/^x:257: there are 257 endpoints; write 256 at most/);
  });
});

test('a text of any kind is a list or an AmbassadorError', () => {
  const text = fc.oneof(
    fc.string(),
    fc.json(),
    fc.array(fc.constantFrom('- ', 'a', ':', '1', '\n', ' ', '{', '[', '&', '*', '"')).map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(text, (any) => {
      try {
        parseEndpointList(any, 'x');
      } catch (error) {
        expect(error).toBeInstanceOf(AmbassadorError);
      }
    }),
    { numRuns: 1_000 },
  );
});

/** A sentence about it fits on a screen. */
const LONGEST_SENTENCE = 1_000;

test('with anything in one place it is read, or refused in a sentence', () => {
  const good = [{ address: '10.0.0.1', port: 1, priority: 0, weight: 0, instance: 'a' }, '10.0.0.2:1'];
  const texts = listHostileDocuments(good);
  // YAML takes long for what is nested deeply: once is enough.
  const [deep = '', ...rest] = texts.filter((text) => text.includes('[[[['));
  expect(rest).not.toEqual([]);
  for (const text of [deep, ...texts.filter((one) => !/\[\[\[\[|\{"a":\{"a":/.test(one))]) expectSound(text);
});

test.each([
  ['an anchor that holds itself', '&a [*a]'],
  ['an alias without an anchor', '[*a]'],
  ['a map as a key', '[{ { a: 1 }: 2 }]'],
  ['a merge', '- &a { address: 10.0.0.1, port: 1 }\n- { <<: *a, instance: x }'],
  ['a tag', '- !!binary "AAAA"'],
  ['aliases that double', `- &a x\n${Array.from({ length: 40 }, () => '- &a [*a, *a]').join('\n')}`],
])('%s is refused in a sentence, or read', (_, text) => expectSound(text));

function expectSound(text: string): void {
  try {
    for (const { host, port } of parseEndpointList(text, 'list.yaml'))
      expect([typeof host, typeof port]).toEqual(['string', 'number']);
  } catch (error) {
    if (!(error instanceof AmbassadorError)) throw error;
    expect(error.message.length).toBeLessThan(LONGEST_SENTENCE);
  }
}
