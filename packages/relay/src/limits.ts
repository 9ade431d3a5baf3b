import { readFileSync } from 'node:fs';

/** Left for listeners, mDNS sockets, files and the admin. */
const RESERVED_FILES = 128;
/** The client's socket and upstream's. */
const FILES_PER_CONNECTION = 2;
/** Where there is no limit of files, or none is known (Windows). */
const UNKNOWN_FILE_LIMIT = 16_384;

/** How many relayed connections fit into this many file descriptors; at least one. */
export function connectionLimit(fileLimit: number): number {
  return Math.max(1, Math.floor((fileLimit - RESERVED_FILES) / FILES_PER_CONNECTION));
}

/** The soft limit in the text of Linux' /proc/self/limits; undefined when it is not there or has no bound. */
export function parseProcLimits(text: string): number | undefined {
  const soft = /^Max open files\s+(\d+)\s/m.exec(text)?.[1];
  return soft === undefined ? undefined : Number(soft);
}

/** The soft limit in a diagnostic report of Node (macOS, BSD); undefined when it is not there or has no bound. */
export function parseReportLimits(report: unknown): number | undefined {
  const limits = memberOf(report, 'userLimits');
  const soft = memberOf(memberOf(limits, 'open_files'), 'soft');
  const value = typeof soft === 'string' ? Number(soft) : soft;
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined;
}

/** What is asked of the process to know its limit; `process` itself fits. */
export interface LimitedProcess {
  readonly platform: NodeJS.Platform;
  readonly report: {
    getReport(): unknown;
    /** Absent before Node 20.13: then it is of no effect. */
    excludeNetwork?: boolean;
  };
}

/** How many files this process may have open. */
export function fileLimit({ platform, report }: LimitedProcess): number {
  switch (platform) {
    case 'linux':
      return parseProcLimits(readProcLimits()) ?? UNKNOWN_FILE_LIMIT;
    case 'win32':
      return UNKNOWN_FILE_LIMIT;
    default:
      // Otherwise it asks for the name of both ends of every socket, and stands still until the name servers have answered.
      report.excludeNetwork = true;
      return parseReportLimits(report.getReport()) ?? UNKNOWN_FILE_LIMIT;
  }
}

function readProcLimits(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return '';
  }
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
