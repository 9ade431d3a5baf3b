/**
 * Has an error of our own seen as an uncaught one, in a turn of its own. For whoever has met it and put his own things in order: what
 * becomes of the process is not his to say.
 */
export function surface(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
