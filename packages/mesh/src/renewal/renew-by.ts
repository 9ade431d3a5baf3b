import { type Clock, type Leg, resetLeg, withPatience } from '@mdns-ambassador/relay';
import { connectSecure } from '../client/connect-secure.ts';
import { type Member, RENEWAL_ALPN } from '../member.ts';
import { PeerIdentity } from '../peer-identity.ts';

/** For the dial, the handshake and the membership together. */
const PATIENCE_MS = 10_000;

export interface RenewalPlace {
  readonly clock: Clock;
  /** Of which both are. */
  readonly meshId: string;
  /** For people. */
  readonly place: string;
}

/** Makes a connection for a renewal, and has it. Never rejects: who is met next is asked again. */
export async function renewBy(
  member: Member,
  dial: (signal: AbortSignal) => Promise<Leg>,
  { clock, meshId, place }: RenewalPlace,
): Promise<void> {
  let leg: Leg | undefined;
  try {
    await withPatience(clock, PATIENCE_MS, async (patience) => {
      leg = await dial(patience);
      const identity = new PeerIdentity(member, [RENEWAL_ALPN]);
      const papers = member.papers(meshId, 'machine');
      const connection = await connectSecure(leg, papers, identity, place, patience);
      await member.renewals?.exchange(connection.leg, connection, patience);
    });
  } catch {
    if (leg !== undefined) resetLeg(leg);
  }
}
