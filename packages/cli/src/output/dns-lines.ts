import { formatPlace } from '@mdns-ambassador/relay';
import { joinWords } from './phrases.ts';

type Places = readonly { readonly address: string; readonly port: number }[];

/** Where names are answered, for people. */
export function describeDns(domain: string, places: Places): string {
  return `answering DNS for ${domain} on ${joinPlaces(places)}; ambassador dns --install says how this machine comes to ask there`;
}

/** Another process of ours answers there. */
export function describeDnsElsewhere(domain: string, places: Places): string {
  return `another ambassador answers DNS for ${domain} on ${joinPlaces(places)}, for this one, too; this one takes its place when it ends`;
}

function joinPlaces(places: Places): string {
  return joinWords(places.map(({ address, port }) => formatPlace(address, port)));
}
