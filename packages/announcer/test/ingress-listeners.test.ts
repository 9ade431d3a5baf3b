import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chooseIngressPort } from '../src/ingress-listeners.ts';

test('an ingress is 15,000 above its service, or below where there is no such port', () => {
  expect(chooseIngressPort(6379)).toBe(21_379);
  expect(chooseIngressPort(50_535)).toBe(65_535);
  expect(chooseIngressPort(50_536)).toBe(35_536);
});

test('it is a port of its own that needs no rights', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 65_535 }), (port) => {
      const chosen = chooseIngressPort(port);
      expect(chosen).not.toBe(port);
      expect(chosen).toBeGreaterThan(1_023);
      expect(chosen).toBeLessThanOrEqual(65_535);
    }),
  );
});
