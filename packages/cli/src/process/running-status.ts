import { z } from 'zod';
import { parseAnswer } from './parse-answer.ts';

/** What is read of CONTRACT 3's `/v1/status`; another version may say more, which stays where it is. */
export interface RunningStatus {
  readonly version: string;
  readonly uptimeSeconds: number;
  readonly pid: number;
  readonly command: string;
  readonly phase: string;
  readonly unready: readonly string[];
  readonly meshes: readonly string[];
  readonly removedAs?: string | undefined;
  readonly announcements: readonly RunningAnnouncement[];
  readonly services: readonly RunningService[];
}

export interface RunningAnnouncement {
  readonly service: string;
  readonly instance: string;
  readonly port: number;
  readonly addresses: readonly string[];
  readonly state: string;
  readonly since: string;
  readonly reason?: string | undefined;
  readonly traffic?:
    | {
        readonly active: number;
        readonly accepted: number;
        readonly bytesUp: number;
        readonly bytesDown: number;
      }
    | undefined;
}

export interface RunningService {
  readonly service: string;
  readonly listen: readonly string[];
  readonly endpoints: readonly RunningEndpoint[];
  readonly connections: {
    readonly active: number;
    readonly accepted: number;
    readonly failed: number;
    readonly retried: number;
  };
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly ready: boolean;
  readonly since: string;
  readonly faults?: string | undefined;
}

interface RunningEndpoint {
  readonly address: string;
  readonly port: number;
  readonly instance?: string | undefined;
  readonly state: string;
  readonly active: number;
  readonly total: number;
  readonly failures: number;
}

/** Undefined where it is none: whoever has the socket may say anything. */
export function parseRunningStatus(body: string): RunningStatus | undefined {
  return parseAnswer(schema, body);
}

const count = z.number().nonnegative();
const text = z.string();

const endpoint = z.looseObject({
  address: text,
  port: count,
  instance: text.optional(),
  state: text,
  active: count,
  total: count,
  failures: count,
});

const service = z.looseObject({
  service: text,
  listen: z.array(text),
  endpoints: z.array(endpoint),
  connections: z.looseObject({ active: count, accepted: count, failed: count, retried: count }),
  bytesUp: count,
  bytesDown: count,
  ready: z.boolean(),
  since: text,
  faults: text.optional(),
});

const announcement = z.looseObject({
  service: text,
  instance: text,
  port: count,
  addresses: z.array(text),
  state: text,
  since: text,
  reason: text.optional(),
  traffic: z.looseObject({ active: count, accepted: count, bytesUp: count, bytesDown: count }).optional(),
});

const schema: z.ZodType<RunningStatus> = z.looseObject({
  version: text,
  uptimeSeconds: count,
  pid: count,
  command: text,
  phase: text,
  unready: z.array(text),
  meshes: z.array(text),
  removedAs: text.optional(),
  announcements: z.array(announcement),
  services: z.array(service),
});
