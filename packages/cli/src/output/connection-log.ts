import { formatFault, type ServiceConnectionReport } from '@mdns-ambassador/ambassador';
import { systemClock } from '@mdns-ambassador/mdns';
import { formatTarget } from '@mdns-ambassador/relay';
import { LineLimit } from './line-limit.ts';
import { openFactLog } from './pino-log.ts';
import type { PrinterStream } from './printer.ts';

/** Takes each connection that has ended. */
export type ConnectionLog = (connection: ServiceConnectionReport) => void;

/** Of one service in a minute: a hundred a second; a disk has an end. */
const MAX_CONNECTION_LINES = 6_000;

/**
 * `--log-connections`: one JSON line each, whatever the form and level of the log are. Beyond the limit they are counted: the last one
 * says `moreLeftOut`, and a line with `leftOut` comes before the next that is told.
 */
export function createConnectionLog(stream: PrinterStream, now: () => number = () => systemClock.now()): ConnectionLog {
  const log = openFactLog(stream);
  const limit = new LineLimit(MAX_CONNECTION_LINES);
  return (connection) => {
    for (const { kind: service, count: leftOut } of limit.takeLeftOut(now())) {
      log.warn({ service, leftOut }, 'connections were not told');
    }
    const telling = limit.admit(connection.service, now());
    if (telling.kind === 'leave-out') return;
    const more = telling.kind === 'tell-last' ? { moreLeftOut: true } : {};
    log.info({ ...connectionToFields(connection), ...more }, 'connection');
  };
}

export function connectionToFields(connection: ServiceConnectionReport): Readonly<Record<string, unknown>> {
  const { service, client, endpoint, address, bytesUp, bytesDown, durationMs, dialMs, outcome, fault } = connection;
  const { kind, ...details } = outcome;
  return {
    service,
    client: client === undefined ? 'unix' : formatTarget({ kind: 'tcp', ...client }),
    ...(endpoint === undefined || address === undefined
      ? {}
      : { endpoint: formatTarget({ kind: 'tcp', address, port: endpoint.port }) }),
    ...(endpoint?.instance === undefined ? {} : { instance: endpoint.instance }),
    bytesUp,
    bytesDown,
    durationMs: roundMs(durationMs),
    ...(dialMs === undefined ? {} : { dialMs: roundMs(dialMs) }),
    outcome: kind,
    ...details,
    ...(fault === undefined || formatFault(fault) === '' ? {} : { fault: formatFault(fault) }),
  };
}

/** A tenth of a millisecond is as much as a loop of events can tell. */
function roundMs(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}
