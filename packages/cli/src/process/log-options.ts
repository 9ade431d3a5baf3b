import { systemClock } from '@mdns-ambassador/mdns';
import { LOG_FORMATS, LOG_LEVELS } from '../options/common-options.ts';
import { createLog } from '../output/create-log.ts';
import { limitLog } from '../output/limited-log.ts';
import { LineLimit } from '../output/line-limit.ts';
import type { Log } from '../output/log.ts';
import { parseChoice } from '../parse/choice.ts';
import type { Settings } from '../settings/settings.ts';
import type { Surroundings } from './surroundings.ts';

/** A first warning may come when the files of the program have been replaced by those of another version. */
const OPEN_AFTER_MS = 1_000;

type Streams = Pick<Surroundings, 'stdout' | 'stderr' | 'logStream'>;

/**
 * The log that `--log-level` and `--log-format` ask for, each message with its limit. Where neither is said and standard error tells the
 * story to people already (`run`), warnings only.
 */
export function openLog(settings: Settings, { stdout, stderr, logStream }: Streams): Log {
  const level = settings.read('log-level', (text) => parseChoice(text, LOG_LEVELS));
  const format = settings.read('log-format', (text) => parseChoice(text, LOG_FORMATS));
  const unsaid = stdout === stderr && format === undefined ? 'warn' : undefined;
  const onReady = (open: () => void): void => void setTimeout(open, OPEN_AFTER_MS).unref();
  const log = createLog({ level: level ?? unsaid, format, onReady }, stderr, logStream);
  return limitLog(log, new LineLimit(), () => systemClock.now());
}
