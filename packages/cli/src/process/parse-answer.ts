import type { z } from 'zod';

/** What a process says of itself as JSON; undefined where it is none, or of another shape: whoever has the socket may say anything. */
export function parseAnswer<T>(schema: z.ZodType<T>, body: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}
