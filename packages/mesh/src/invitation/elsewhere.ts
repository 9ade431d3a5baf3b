import { formatPlace, type Place, parsePlace } from '@mdns-ambassador/relay';
import { InvitationError } from './invitation-error.ts';

/** Who was dialled does not invite, and says who does. */
export class ElsewhereError extends InvitationError {
  /** As the other end says: it may lead anywhere. */
  readonly place: Place;

  constructor(place: Place) {
    super('elsewhere', `the inviter is at ${formatPlace(place.host, place.port)}`);
    this.name = 'ElsewhereError';
    this.place = place;
  }
}

/** The host is a literal address without zone. */
export function encodeElsewhere({ host, port }: Place): Buffer {
  return Buffer.from(formatPlace(host, port), 'latin1');
}

/** Never throws. */
export function readElsewhere(body: Buffer): InvitationError {
  const place = parsePlace(body.toString('latin1'));
  if (place !== undefined) return new ElsewhereError(place);
  return new InvitationError('malformed', 'the other end says that the inviter is elsewhere, and not where');
}
