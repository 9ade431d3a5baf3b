/** What the process ends with (sysexits.h, CONTRACT 1). */
export const EXIT_OK = 0;
export const EXIT_USAGE = 64;
/** A file or command that was named is missing or unreadable. */
export const EXIT_NO_INPUT = 66;
/** Nothing was found, nobody could be reached in time. */
export const EXIT_UNAVAILABLE = 69;
export const EXIT_INTERNAL = 70;
/** Refused for safety, or by the operating system's permissions. */
export const EXIT_REFUSED = 77;
export const EXIT_CONFIG = 78;
