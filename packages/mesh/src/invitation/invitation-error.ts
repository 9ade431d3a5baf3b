/**
 * `ended`: the connection ended, or nothing came in time. `malformed`: what came is none of this. `wrong-code`: the other end does not know the code that
 * this one knows, or there is somebody between them. `over`, `busy`, `other-number`, `version`: the inviter says so. `elsewhere`: who was dialled says that the inviter is there. `refused`: the machine is not let in.
 */
export type InvitationErrorCode =
  | 'ended'
  | 'malformed'
  | 'wrong-code'
  | 'over'
  | 'busy'
  | 'other-number'
  | 'version'
  | 'elsewhere'
  | 'refused';

/** Why a joining failed. The message is a sentence for people; nothing in it came from the other end but what `refused` says. */
export class InvitationError extends Error {
  readonly code: InvitationErrorCode;

  constructor(code: InvitationErrorCode, message: string) {
    super(message);
    this.name = 'InvitationError';
    this.code = code;
  }
}
