import { systemClock } from '@mdns-ambassador/mdns';
import { CliError } from '../../exit/cli-error.ts';
import { EXIT_OK, EXIT_UNAVAILABLE } from '../../exit/exit-codes.ts';
import { escapeText } from '../../output/escape.ts';
import { describeStanding } from '../../output/notice-lines.ts';
import { joinWords } from '../../output/phrases.ts';
import { formatServices } from '../../output/status-lines.ts';
import { parseWantedService } from '../../parse/service-type.ts';
import { findRunning } from '../../process/running.ts';
import { describeNothing, describeProblem, describeServing } from '../../process/running-lines.ts';
import { findRuntime, type RuntimeSurroundings } from '../../process/runtime-folder.ts';
import { listServiceRows, type ServiceRow } from '../../process/service-rows.ts';
import type { Invocation } from '../command.ts';
import { readWord } from '../words.ts';

/** `ambassador status` */
export async function showStatus({ words, settings, surroundings }: Invocation): Promise<number> {
  const { stdout, stderr } = surroundings;
  const { style, size } = stdout;
  const word = { command: 'status', kind: 'service', origin: 'SERVICE' };
  const wanted = readWord(words, word, parseWantedService)?.service;
  const runtime = findRuntime(surroundings);
  const running = await findRunning(runtime);
  const statuses = running.flatMap((one) => (one.kind === 'answered' ? [one.status] : []));
  const all = listServiceRows(statuses);
  const rows = wanted === undefined ? all : all.filter(({ service }) => service === wanted);
  const isSomething = rows.length > 0 || (wanted === undefined && statuses.length > 0);
  const problems = running.filter(({ kind }) => kind !== 'answered');
  // Who does not answer may be who was asked about.
  const isKnown = problems.every(({ kind }) => kind === 'dead');
  const removed = new Set(statuses.flatMap(({ removedAs }) => (removedAs === undefined ? [] : [removedAs])));
  const isWell = isSomething && isKnown && removed.size === 0 && rows.every(({ ready }) => ready);
  if (settings.isSet('json')) {
    stdout.json({
      ready: isWell,
      services: rows.map(({ listed: _, ...row }) => row),
      processes: statuses.map(({ announcements: _, services: __, ...process }) => process),
      problems: problems.map((one) => ({ pid: one.pid, socket: one.path, problem: one.kind })),
    });
  } else {
    if (rows.length > 0) {
      for (const line of formatServices(rows, systemClock.wallClock(), style, size.columns)) stdout.line(...line);
    }
    for (const status of wanted === undefined ? statuses : []) {
      const line = describeServing(status);
      if (line !== undefined) stdout.line(line);
    }
    for (const name of removed) stdout.line(describeStanding('machine-removed', name, true));
  }
  for (const one of problems) stderr.line(`ambassador: ${describeProblem(one)}`);
  if (!isSomething && isKnown) throw new CliError(EXIT_UNAVAILABLE, describeAbsence(wanted, all, runtime));
  return isWell ? EXIT_OK : EXIT_UNAVAILABLE;
}

function describeAbsence(wanted: string | undefined, all: readonly ServiceRow[], runtime: RuntimeSurroundings): string {
  if (wanted === undefined || all.length === 0) return describeNothing(runtime);
  const names = [...new Set(all.map(({ service }) => service))];
  const others = `${names.length === 1 ? 'is' : 'are'} ${joinWords(names.map(escapeText))}`;
  return `nobody here announces or proxies ${wanted}; there ${others}`;
}
