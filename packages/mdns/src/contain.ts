/**
 * Has an error of our own seen as an uncaught one, in a turn of its own. For whoever has met it and put his own things in order: what
 * becomes of the process is not his to say.
 */
function surface(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

/** Whether it came to its end; what it throws is seen as uncaught, and ends nothing else. */
export function contain(act: () => void): boolean {
  try {
    act();
    return true;
  } catch (error) {
    surface(error);
    return false;
  }
}
