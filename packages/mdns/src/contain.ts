/** Whether it came to its end; what it throws is seen as uncaught, in a turn of its own, and ends nothing else. */
export function contain(act: () => void): boolean {
  try {
    act();
    return true;
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
    return false;
  }
}
