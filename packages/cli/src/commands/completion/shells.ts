export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;
export type Shell = (typeof SHELLS)[number];

/** The hidden first word by which the scripts ask; behind it stand the shell and the words of the command line. */
export const COMPLETE_WORD = '__complete';
