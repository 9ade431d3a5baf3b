const REPEATS = 16;

/** What a network card that sleeps looks for: six bytes of ones, and its hardware address sixteen times. */
export function buildMagicPacket(mac: string): Buffer {
  const address = Buffer.from(mac.replaceAll(':', ''), 'hex');
  return Buffer.concat([Buffer.alloc(6, 0xff), ...Array.from({ length: REPEATS }, () => address)]);
}
