export type { Check, CheckOutcome } from './check.ts';
export type { CheckOptions } from './check-options.ts';
export { type CheckTools, createCheck } from './create-check.ts';
export { type DialService, describeDialFailure, dialService, takeLeave } from './dial.ts';
export { createShell, type RunShell, type ShellOptions } from './shell.ts';
