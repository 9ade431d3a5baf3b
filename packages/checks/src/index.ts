export type { Check, CheckFault, CheckOutcome, Denial } from './check.ts';
export type { CheckOptions } from './check-options.ts';
export { type CheckTools, createCheck } from './create-check.ts';
export { chooseCheck, chooseIntervalMs } from './default-check.ts';
export { type DialService, describeDialFailure, dialSaying, dialService, takeLeave } from './dial.ts';
export { LookLoop, type LookLoopOptions } from './look-loop.ts';
export { endProcessTree, type TreeRoot } from './process-tree.ts';
export { computeLookDelayMs, computeLookTimeoutMs, type LookResult } from './schedule.ts';
export { createShell, type RunShell, type ShellOptions } from './shell.ts';
