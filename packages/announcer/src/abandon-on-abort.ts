/** The same result, or a rejection as soon as `signal` aborts: what can't be called off is no longer waited for. */
export async function abandonOnAbort<T>(result: Promise<T>, signal: AbortSignal): Promise<T> {
  let abandon: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    abandon = () => reject(signal.reason);
    if (signal.aborted) abandon();
    else signal.addEventListener('abort', abandon, { once: true });
  });
  try {
    return await Promise.race([result, aborted]);
  } finally {
    signal.removeEventListener('abort', abandon);
  }
}
