import type { LinkCheck } from '@mdns-ambassador/mdns';
import { joinWords } from '../../../output/phrases.ts';

/** `eth0 (IPv4) and eth0 (IPv6)`. */
export function listLinks(links: readonly LinkCheck[]): string {
  return joinWords(links.map(({ interfaceName, family }) => `${interfaceName} (${family})`));
}
