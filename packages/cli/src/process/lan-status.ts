import { z } from 'zod';
import { parseAnswer } from './parse-answer.ts';

/** What is read of CONTRACT 3's `/v1/lan`. */
export interface LanStatus {
  readonly machines: readonly LanStatusMachine[];
  readonly links: readonly LanStatusLink[];
}

interface LanStatusMachine {
  readonly id: string;
  readonly name: string;
  readonly services: readonly {
    readonly id: string;
    readonly service: string;
    readonly instance: string;
    readonly port: number;
    readonly state: string;
  }[];
}

interface LanStatusLink {
  readonly from: string;
  readonly to: string;
  /** A service of that machine. */
  readonly target: string;
  readonly service: string;
  readonly state: string;
  readonly active: number;
  readonly total: number;
  readonly connectionsPerSecond: number;
  readonly bytesPerSecond: number;
}

/** Undefined where it is none: whoever has the socket may say anything. */
export function parseLanStatus(body: string): LanStatus | undefined {
  return parseAnswer(schema, body);
}

const count = z.number().nonnegative();
const text = z.string();

const schema: z.ZodType<LanStatus> = z.looseObject({
  machines: z.array(
    z.looseObject({
      id: text,
      name: text,
      services: z.array(z.looseObject({ id: text, service: text, instance: text, port: count, state: text })),
    }),
  ),
  links: z.array(
    z.looseObject({
      from: text,
      to: text,
      target: text,
      service: text,
      state: text,
      active: count,
      total: count,
      connectionsPerSecond: count,
      bytesPerSecond: count,
    }),
  ),
});
