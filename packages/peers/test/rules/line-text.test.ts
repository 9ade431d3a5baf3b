import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_NOTICE_LENGTH, MAX_NOTICES, MAX_SERVICES, type PeerLine, type PeerService } from '../../src/rules/line.ts';
import { decodeLine, encodeLine } from '../../src/rules/line-text.ts';

const NODE = '0123456789abcdef';

const SERVICE: PeerService = {
  name: 'redis on h1',
  type: '_redis._tcp',
  subtypes: ['cache'],
  host: 'h1-k3x9.local',
  port: 6379,
  priority: 1,
  weight: 10,
  txt: new Map<string, Uint8Array | true>([
    ['txtvers', new TextEncoder().encode('1')],
    ['bytes', Uint8Array.of(0xff, 0x00)],
    ['flag', true],
    ['__proto__', new TextEncoder().encode('x')],
  ]),
};

const LINES: readonly PeerLine[] = [
  { kind: 'hello', node: NODE, port: 5350, version: '0.1.0', wall: 1_700_000_000_000 },
  { kind: 'hello', node: NODE, version: '0.1.0', wall: 0 },
  { kind: 'state', origin: NODE, seq: 7, age: 20, addresses: ['10.0.0.1', 'fd00::1'], services: [SERVICE] },
  { kind: 'beat', origin: NODE, seq: 8, age: 0 },
  { kind: 'bye', origin: NODE, seq: 9 },
  { kind: 'links', nodes: [NODE], heard: [NODE] },
  { kind: 'peers', peers: [{ node: NODE, places: [{ host: '10.0.0.2', port: 5350 }] }] },
  { kind: 'peers', peers: [], met: [{ host: '10.0.0.3', port: 5350 }] },
  { kind: 'notices', digest: '7-1f3a9c20', notices: ['any text', 'another'] },
  { kind: 'examine', id: NODE, ways: ['multicast', 'hear', 'dial'], port: 40_000 },
  { kind: 'facts', id: NODE, version: '0.1.0', platform: 'linux', meshes: [NODE], wall: 5, asker: '10.0.0.1' },
  { kind: 'outcome', id: NODE, way: 'dial', result: 'failed', reason: 'ECONNREFUSED' },
  { kind: 'outcome', id: NODE, way: 'multicast', result: 'done', interfaces: ['eth0'] },
  { kind: 'dialled', id: NODE },
  { kind: 'refused', reason: 'all places are taken' },
];

const read = (value: unknown): ReturnType<typeof decodeLine> => decodeLine(JSON.stringify(value));

describe('a line', () => {
  test.each(LINES)('of kind $kind is read as it was written', (line) => {
    const text = encodeLine(line);
    expect(text.endsWith('\n')).toBe(true);
    expect(decodeLine(text.slice(0, -1))).toEqual({ kind: 'line', line });
  });

  test('of a kind that is not known here is passed over, whatever is in it', () => {
    expect(read({ kind: 'removals', generation: 3 })).toEqual({ kind: 'unknown' });
    expect(read({ kind: 'constructor' })).toEqual({ kind: 'unknown' });
    expect(read({ kind: '__proto__' })).toEqual({ kind: 'unknown' });
  });

  test('may have keys that are not known here', () => {
    expect(read({ kind: 'beat', origin: NODE, seq: 1, age: 0, colour: 'red' })).toMatchObject({ kind: 'line' });
  });

  test.each([
    ['of another version', { v: 2, kind: 'beat', origin: NODE, seq: 1, age: 0 }],
    ['hello without a version', { kind: 'hello', node: NODE, version: '1', wall: 0 }],
    ['of a node that is none', { kind: 'beat', origin: 'X', seq: 1, age: 0 }],
    ['with a negative age', { kind: 'beat', origin: NODE, seq: 1, age: -1 }],
    ['with a number that is not counted exactly', { kind: 'beat', origin: NODE, seq: 2 ** 60, age: 0 }],
    ['that is a list', []],
    ['without a kind', {}],
  ])('%s is none', (_, value) => {
    expect(read(value).kind).toBe('malformed');
  });

  test.each(['view', 'state', 'links', 'hello', 'unknown'])('of kind %s that is deep is none', (kind) => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    for (const key of ['shows', 'services', 'nodes', 'v'])
      expect(decodeLine(`{"kind":"${kind}","${key}":{"a":${deep}}}`).kind).toBe('malformed');
    expect(read({ kind: 'view', shows: { a: [{ b: [[[{}]]] }] } })).toMatchObject({ kind: 'line' });
  });

  test('keeps to the limits of what it lists', () => {
    const services = Array.from({ length: MAX_SERVICES + 10 }, (_, index) => ({
      ...SERVICE,
      name: `s${index}`,
      txt: [],
    }));
    const reading = read({ kind: 'state', origin: NODE, seq: 1, age: 0, addresses: Array(99).fill('::1'), services });
    if (reading.kind !== 'line' || reading.line.kind !== 'state') throw new Error('it is a state');
    expect(reading.line.services).toHaveLength(256);
    expect(reading.line.addresses).toHaveLength(16);
    const texts = [...Array(MAX_NOTICES + 1).fill('x'), 'never read'];
    expect(read({ kind: 'notices', digest: '1', notices: ['x'.repeat(MAX_NOTICE_LENGTH + 1), 7, ...texts] })).toEqual({
      kind: 'line',
      line: { kind: 'notices', digest: '1', notices: Array(MAX_NOTICES - 2).fill('x') },
    });
    expect(read({ kind: 'notices', digest: 'x'.repeat(33), notices: [] }).kind).toBe('malformed');
  });

  test.each([
    ['a name of more than 63 bytes', { name: 'ü'.repeat(32) }],
    ['no name', { name: '' }],
    ['a type that is none', { type: '_redis' }],
    ['port 0', { port: 0 }],
    ['a priority that is none', { priority: 65_536 }],
    ['a TXT string of more than 255 bytes', { txt: [['k', 'x'.repeat(254)]] }],
    ['TXT data of more than 1,300 bytes', { txt: Array.from({ length: 6 }, (_, at) => [`k${at}`, 'x'.repeat(240)]) }],
  ])('leaves out a service with %s', (_, change) => {
    const service = { ...SERVICE, txt: [], ...change };
    const reading = read({ kind: 'state', origin: NODE, seq: 1, age: 0, addresses: [], services: [service] });
    expect(reading).toMatchObject({ kind: 'line', line: { services: [] } });
  });

  test('of anything at all is read without a throw, and what is read can be written', () => {
    const near = fc.record(
      {
        v: fc.oneof(fc.constant(1), fc.anything()),
        kind: fc.oneof(fc.constantFrom(...LINES.map(({ kind }) => kind)), fc.string()),
        origin: fc.oneof(fc.constant(NODE), fc.anything()),
        node: fc.oneof(fc.constant(NODE), fc.anything()),
        id: fc.oneof(fc.constant(NODE), fc.anything()),
        seq: fc.oneof(fc.nat(), fc.anything()),
        age: fc.oneof(fc.nat(), fc.anything()),
        wall: fc.oneof(fc.nat(), fc.anything()),
        version: fc.oneof(fc.string(), fc.anything()),
        services: fc.anything(),
        addresses: fc.anything(),
        nodes: fc.anything(),
        peers: fc.anything(),
        met: fc.anything(),
        places: fc.anything(),
        ways: fc.anything(),
        txt: fc.anything(),
        reason: fc.anything(),
        digest: fc.oneof(fc.string(), fc.anything()),
        notices: fc.anything(),
      },
      { requiredKeys: ['kind'] },
    );
    const text = fc.oneof(fc.string(), fc.json(), near.map(stringify));
    fc.assert(
      fc.property(text, (line) => {
        const reading = decodeLine(line);
        if (reading.kind !== 'line') return;
        const again = decodeLine(encodeLine(reading.line).slice(0, -1));
        expect(again).toEqual(reading);
      }),
      { numRuns: 2_000 },
    );
  });
});

function stringify(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return '';
  }
}
