import { type AddressRefusal, guessNetwork, type RefusedInstance } from '@mdns-ambassador/ambassador';
import { escapeSentence, escapeText } from './escape.ts';
import { quoteName } from './phrases.ts';

/** What an address is that may not be dialled. */
const KINDS: Readonly<Record<Exclude<AddressRefusal, 'off-link'>, string>> = {
  malformed: 'which is none',
  unspecified: 'at which there is no machine',
  multicast: 'at which there is no machine',
  broadcast: 'at which there is no machine',
  reserved: 'at which there is no machine',
  nat64: 'which leads to another network',
  metadata: 'where clouds give out credentials',
  loopback: 'by which each machine reaches itself alone',
  own: "which is this machine's own",
  'no-zone': 'which is good on a link that is not told',
  documentation: 'which is for documentation alone',
};

/** Why an instance that is heard of is not used, with what would help: `10.98.77.5 is beyond this link: add --allow-cidr 10.98.77.0/24`. */
export function describeRefusal(refused: RefusedInstance): string {
  if ('reason' in refused) return escapeSentence(refused.reason);
  const beyond = refused.addresses.find(({ refusal }) => refusal === 'off-link');
  if (beyond === undefined) return describeAddress(refused.addresses);
  return `${beyond.address} is beyond this link: add --allow-cidr ${guessNetwork(beyond.address)} to use it`;
}

function describeAddress([first]: Extract<RefusedInstance, { readonly addresses: unknown }>['addresses']): string {
  if (first === undefined || first.refusal === 'off-link') return 'none of its addresses may be dialled';
  return `its address is said to be ${escapeText(first.address)}, ${KINDS[first.refusal]}: have it announce the one that it has on this network`;
}

/** The same of all that are heard of, where none can be used; undefined where there are none. */
export function describeRefusals(refused: readonly RefusedInstance[]): string | undefined {
  const isBeyond = (one: RefusedInstance): boolean =>
    'addresses' in one && one.addresses.some(({ refusal }) => refusal === 'off-link');
  const [first, ...others] = refused.toSorted((a, b) => Number(isBeyond(b)) - Number(isBeyond(a)));
  if (first === undefined) return undefined;
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  return `${quoteName(first.instance)}${more} can't be used: ${describeRefusal(first)}`;
}
