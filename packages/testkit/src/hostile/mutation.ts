import fc from 'fast-check';
import { HOSTILE_PACKETS, PLAIN_PACKETS } from './corpus.ts';

/** RFC 6762 17: no larger packet is looked at. */
const MAX_BYTES = 9_000;
const HEADER_BYTES = 12;
const HEADER_COUNTS = 4;
const MAX_MUTATIONS = 6;
const PACKETS: readonly Uint8Array[] = [...PLAIN_PACKETS, ...Object.values(HOSTILE_PACKETS).flat()];

/** One change to a packet. `at` is a place in it: 0 its beginning, 1 its end. */
type Mutation =
  | { readonly kind: 'set-byte'; readonly at: number; readonly value: number }
  | { readonly kind: 'set-count'; readonly which: number; readonly value: number }
  | { readonly kind: 'put-pointer'; readonly at: number; readonly to: number }
  | { readonly kind: 'cut'; readonly at: number }
  | { readonly kind: 'remove'; readonly at: number; readonly length: number }
  | { readonly kind: 'repeat'; readonly at: number; readonly length: number; readonly times: number }
  | { readonly kind: 'append'; readonly packet: number };

const place = fc.double({ min: 0, max: 1, noNaN: true });
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({
    kind: fc.constant('set-byte' as const),
    at: place,
    value: fc.oneof(fc.constantFrom(0, 1, 0x3f, 0x40, 0x7f, 0x80, 0xc0, 0xff), fc.nat(255)),
  }),
  fc.record({
    kind: fc.constant('set-count' as const),
    which: fc.nat(HEADER_COUNTS - 1),
    value: fc.oneof(fc.constantFrom(0, 1, 0xff, 0xffff), fc.nat(0xffff)),
  }),
  fc.record({ kind: fc.constant('put-pointer' as const), at: place, to: place }),
  fc.record({ kind: fc.constant('cut' as const), at: place }),
  fc.record({ kind: fc.constant('remove' as const), at: place, length: fc.nat(40) }),
  fc.record({ kind: fc.constant('repeat' as const), at: place, length: fc.nat(60), times: fc.nat(40) }),
  fc.record({ kind: fc.constant('append' as const), packet: fc.nat(PACKETS.length - 1) }),
);

/** A packet of the corpus, changed in up to six places. */
export const hostilePacket: fc.Arbitrary<Uint8Array> = fc
  .record({ packet: fc.nat(PACKETS.length - 1), mutations: fc.array(mutation, { maxLength: MAX_MUTATIONS }) })
  .map(({ packet, mutations }) => mutations.reduce(mutate, PACKETS[packet] ?? new Uint8Array(0)));

/** Never longer than what is looked at. */
function mutate(bytes: Uint8Array, change: Mutation): Uint8Array {
  const locate = (at: number): number => Math.floor(at * Math.max(0, bytes.length - 1));
  switch (change.kind) {
    case 'set-byte':
      return replace(bytes, locate(change.at), [change.value]);
    case 'set-count':
      return replace(bytes, HEADER_BYTES - 2 * (change.which + 1), [change.value >> 8, change.value & 0xff]);
    case 'put-pointer': {
      const to = locate(change.to);
      return replace(bytes, locate(change.at), [0xc0 | (to >> 8), to & 0xff]);
    }
    case 'cut':
      return bytes.slice(0, locate(change.at));
    case 'remove':
      return splice(bytes, locate(change.at), change.length, new Uint8Array(0));
    case 'repeat': {
      const at = locate(change.at);
      const piece = bytes.slice(at, at + change.length);
      const pieces = new Uint8Array(piece.length * change.times).map((_, index) => piece[index % piece.length] ?? 0);
      return splice(bytes, at, 0, pieces);
    }
    case 'append':
      return splice(bytes, bytes.length, 0, PACKETS[change.packet]?.slice(HEADER_BYTES) ?? new Uint8Array(0));
    default:
      return change satisfies never;
  }
}

function replace(bytes: Uint8Array, at: number, values: readonly number[]): Uint8Array {
  const changed = bytes.slice();
  for (const [index, value] of values.entries()) if (at + index < changed.length) changed[at + index] = value;
  return changed;
}

function splice(bytes: Uint8Array, at: number, removed: number, inserted: Uint8Array): Uint8Array {
  const joined = new Uint8Array(bytes.length + inserted.length);
  joined.set(bytes.subarray(0, at));
  joined.set(inserted, at);
  joined.set(bytes.subarray(Math.min(bytes.length, at + removed)), at + inserted.length);
  return joined.slice(0, Math.min(MAX_BYTES, joined.length - Math.min(removed, bytes.length - at)));
}
