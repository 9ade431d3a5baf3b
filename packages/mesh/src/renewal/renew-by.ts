import { type Clock, type Leg, resetLeg } from '@mdns-ambassador/relay';
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
  const patience = new AbortController();
  const cancel = clock.after(PATIENCE_MS, () => patience.abort());
  let leg: Leg | undefined;
  try {
    leg = await dial(patience.signal);
    const identity = new PeerIdentity(member, [RENEWAL_ALPN]);
    const papers = member.papers(meshId, 'machine');
    const connection = await connectSecure(leg, papers, identity, place, patience.signal);
    await member.renewals?.exchange(connection.leg, connection, patience.signal);
  } catch {
    if (leg !== undefined) resetLeg(leg);
  } finally {
    cancel();
  }
}
