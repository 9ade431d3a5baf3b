import { formatPlace } from '@mdns-ambassador/relay';
import { joinWords } from './phrases.ts';

type ServerPlaces = readonly { readonly address: string; readonly port: number }[];

/** Where names are answered, for people. */
export function describeDns(domain: string, places: ServerPlaces): string {
  return `answering DNS for ${domain} on ${joinPlaces(places)}; ambassador dns --install says how this machine comes to ask there`;
}

/** Another process of ours answers there. */
export function describeDnsElsewhere(domain: string, places: ServerPlaces): string {
  return `another ambassador answers DNS for ${domain} on ${joinPlaces(places)}, for this one, too; this one takes its place when it ends`;
}

function joinPlaces(places: ServerPlaces): string {
  return joinWords(places.map(({ address, port }) => formatPlace(address, port)));
}
