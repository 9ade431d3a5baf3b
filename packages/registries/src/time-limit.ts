import type { Clock } from '@mdns-ambassador/relay';

/** The same result, or a rejection with `reason` when it takes longer than this. What was asked goes on unheard. */
export async function limitTime<T>(result: Promise<T>, limitMs: number, reason: string, clock: Clock): Promise<T> {
  let cancel: () => void = () => undefined;
  const late = new Promise<never>((_, reject) => {
    cancel = clock.after(limitMs, () => reject(new Error(reason)));
  });
  try {
    return await Promise.race([result, late]);
  } finally {
    cancel();
  }
}
