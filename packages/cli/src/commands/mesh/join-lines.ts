import type { InvitationError } from '@mdns-ambassador/mesh/invitation';
import { formatPlace } from '@mdns-ambassador/relay';
import { JOIN_PORT, type JoinPlace } from '../../network/join-place.ts';
import type { InviterOrigin } from './find-inviter.ts';

/** Proxies listen to nobody on the network. */
const WHO_ANSWERS =
  'who announces in the mesh answers there while it hears of an invitation; name the machine that invites with --at HOST';

/** Why nobody was reached there, with what to do. */
export function describeUnreached(code: string, { host, port }: JoinPlace, origin: InviterOrigin): string {
  return `nobody is reached at ${formatPlace(host, port)} (${code}); ${hintAt(port, origin)}`;
}

function hintAt(port: number, origin: InviterOrigin): string {
  if (origin === 'peer') return WHO_ANSWERS;
  if (port === JOIN_PORT) return 'is ambassador mesh invite still running there, and does its firewall let TCP in?';
  return 'the port is that of one invitation: write it as the other machine shows it now';
}

/** What who was asked has said, as far as it did not let this machine in. */
export function describeRefusal(
  { code, message }: Pick<InvitationError, 'code' | 'message'>,
  origin: InviterOrigin,
): string {
  if (code !== 'other-number' || origin !== 'peer') return message;
  return 'that machine knows of no invitation with this number; look at the code once more, or name the machine that invites with --at HOST';
}
