import { type Decode, type Decoded, decodeMessage } from '@mdns-ambassador/mdns';

/** Reads each packet once, however many hosts hear it: messages are read only, and all hear the same bytes object. */
export function createSharedDecode(): Decode {
  const known = new WeakMap<Uint8Array, { readonly decoded: Decoded | undefined }>();
  return (bytes) => {
    const found = known.get(bytes) ?? { decoded: decodeMessage(bytes) };
    known.set(bytes, found);
    return found.decoded;
  };
}
