import { formatPlace } from '@mdns-ambassador/relay';
import { joinWords } from './phrases.ts';

/** Where names are answered, for people. */
export function describeDns(
  domain: string,
  places: readonly { readonly address: string; readonly port: number }[],
): string {
  const where = joinWords(places.map(({ address, port }) => formatPlace(address, port)));
  return `answering DNS for ${domain} on ${where}; ambassador dns --install says how this machine comes to ask there`;
}

/** Another process of ours answers there. */
export function describeDnsElsewhere({
  domain,
  at,
}: {
  readonly domain: string;
  readonly at: readonly { readonly address: string; readonly port: number }[];
}): string {
  const where = joinWords(at.map(({ address, port }) => formatPlace(address, port)));
  return `another ambassador answers DNS for ${domain} on ${where}, for this one, too; this one takes its place when it ends`;
}
