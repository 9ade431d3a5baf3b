import { describe, expect, it } from 'vitest';
import { nameOfBrowse, nameOfInstance, typeOfName } from '../../src/rules/service-name.ts';

describe('service names', () => {
  it('name what is browsed (RFC 6763 4, 7.1)', () => {
    expect(nameOfBrowse('_redis._tcp', undefined)).toEqual(['_redis', '_tcp', 'local']);
    expect(nameOfBrowse('_http._tcp', '_printer')).toEqual(['_printer', '_sub', '_http', '_tcp', 'local']);
  });

  it('take an instance as one label (RFC 6763 4.1.1)', () => {
    expect(nameOfInstance('_redis._tcp', 'a.b')).toEqual(['a.b', '_redis', '_tcp', 'local']);
  });

  it.each([
    [['_http', '_tcp', 'local'], '_http._tcp'],
    [['_http', '_udp', 'LOCAL'], '_http._udp'],
    [['_nvstream_dbd', '_tcp', 'local'], '_nvstream_dbd._tcp'],
    [['_a.b', '_tcp', 'local'], '_a\\.b._tcp'],
    [['http', '_tcp', 'local'], undefined],
    [['_tcp', 'local'], undefined],
    [['_http', '_tcp', 'example'], undefined],
    [['_printer', '_sub', '_http', '_tcp', 'local'], undefined],
    [[], undefined],
  ])('tell service types from other names (RFC 6763 9): %j', (name, type) => {
    expect(typeOfName(name)).toBe(type);
  });
});
