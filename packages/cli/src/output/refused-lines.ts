import { guessNetwork, type RefusedInstance } from '@mdns-ambassador/ambassador';
import { escapeSentence } from './escape.ts';
import { quoteName } from './phrases.ts';

/** Why an instance that is heard of is not used, with what would help: `10.98.77.5 is beyond this link: add --allow-cidr 10.98.77.0/24`. */
export function describeRefusal(refused: RefusedInstance): string {
  if ('reason' in refused) return escapeSentence(refused.reason);
  const beyond = refused.addresses.find(({ refusal }) => refusal === 'off-link');
  if (beyond === undefined) return 'none of its addresses may be dialled';
  return `${beyond.address} is beyond this link: add --allow-cidr ${guessNetwork(beyond.address)} to use it`;
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
