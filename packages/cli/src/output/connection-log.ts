import type { ServiceConnectionReport } from '@mdns-ambassador/ambassador';
import { formatTarget } from '@mdns-ambassador/relay';
import { pino } from 'pino';
import { createJsonWriter } from './log.ts';
import type { PrinterStream } from './printer.ts';

/** Takes each connection that has ended. */
export type ConnectionLog = (connection: ServiceConnectionReport) => void;

/** `--log-connections`: one JSON line each, whatever the form and level of the log are. */
export function createConnectionLog(stream: PrinterStream): ConnectionLog {
  const log = pino({ base: null }, { write: createJsonWriter(stream) });
  return (connection) => log.info(connectionToFields(connection), 'connection');
}

export function connectionToFields(connection: ServiceConnectionReport): Readonly<Record<string, unknown>> {
  const { service, client, endpoint, address, bytesUp, bytesDown, durationMs, dialMs, outcome } = connection;
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
  };
}

/** A tenth of a millisecond is as much as a loop of events can tell. */
function roundMs(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}
