export type { InvitationAnswer } from './answer.ts';
export { createCode, type InvitationCode, type ReadCode, readCode } from './code.ts';
export { ElsewhereError } from './elsewhere.ts';
export { Invitation, type InvitationEnd, type InvitationEvent, type InvitationOptions } from './invitation.ts';
export { InvitationError, type InvitationErrorCode } from './invitation-error.ts';
export { type JoinOptions, join } from './join.ts';
export { Signpost } from './signpost.ts';
