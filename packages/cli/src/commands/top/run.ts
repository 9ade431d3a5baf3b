import { systemClock } from '@mdns-ambassador/mdns';
import { CliError } from '../../exit/cli-error.ts';
import { EXIT_OK, EXIT_UNAVAILABLE } from '../../exit/exit-codes.ts';
import { formatLine } from '../../output/printer.ts';
import { formatServices } from '../../output/status-lines.ts';
import { askAdmin } from '../../process/admin-client.ts';
import { parseLanStatus } from '../../process/lan-status.ts';
import { ANSWER_MS, findRunning, type Running } from '../../process/running.ts';
import { describeNothing, describeProblem } from '../../process/running-lines.ts';
import { findRuntime, type RuntimeSurroundings } from '../../process/runtime-folder.ts';
import { openScreen } from '../../process/screen.ts';
import { listServiceRows } from '../../process/service-rows.ts';
import { waitOrAbort } from '../../process/stopping.ts';
import type { Surroundings } from '../../process/surroundings.ts';
import type { Invocation } from '../command.ts';
import { refuseWords } from '../words.ts';
import { listLanRows } from './lan-rows.ts';
import { type Look, type RatedRow, rate } from './rates.ts';
import { drawNothing, drawScreen } from './top-screen.ts';
import { FIRST_VIEW, press, splitKeys, type View } from './view.ts';

const INTERVAL_MS = 1_000;
/** A table that no terminal has to show. */
const WIDEST = 240;

/** `ambassador top` */
export async function runTop({ words, settings, surroundings }: Invocation): Promise<number> {
  refuseWords(words, 'top', 'press / in it and type the name');
  const { stdout, isOnTerminal, env } = surroundings;
  const runtime = findRuntime(surroundings);
  const isAll = settings.isSet('all');
  if (settings.isSet('web')) {
    const { servePage } = await import('./web.ts');
    await servePage(runtime, surroundings);
    return EXIT_OK;
  }
  if (!stdout.isTerminal || !isOnTerminal || env.TERM === 'dumb') return showOnce(runtime, surroundings, isAll);
  await watch(runtime, surroundings, isAll);
  return EXIT_OK;
}

async function showOnce(
  runtime: RuntimeSurroundings,
  { stdout, stderr }: Surroundings,
  isAll: boolean,
): Promise<number> {
  const { style, size } = stdout;
  const running = await findRunning(runtime);
  const rows = listServiceRows(listStatuses(running));
  const problems = listProblems(running);
  for (const problem of problems) stderr.line(`ambassador: ${problem}`);
  if (rows.length === 0 && problems.length === 0) throw new CliError(EXIT_UNAVAILABLE, describeNothing(runtime));
  if (isAll) {
    const state = { rows: await askLan(running), problems: [], processes: running.length, view: FIRST_VIEW };
    const room = { columns: Math.min(WIDEST, size.columns), rows: Number.POSITIVE_INFINITY };
    const lines = drawScreen({ ...state, now: systemClock.wallClock() }, room, style);
    for (const line of lines.slice(1, -1)) stdout.line(...line);
  } else if (rows.length > 0) {
    for (const line of formatServices(rows, systemClock.wallClock(), style, size.columns)) stdout.line(...line);
  }
  return rows.every(({ ready }) => ready) && problems.length === 0 ? EXIT_OK : EXIT_UNAVAILABLE;
}

/** Until somebody quits. */
async function watch(
  runtime: RuntimeSurroundings,
  { stdout, shutdown, platform }: Surroundings,
  isAll: boolean,
): Promise<void> {
  const quit = new AbortController();
  const stop = AbortSignal.any([quit.signal, shutdown.signal]);
  let view: View = FIRST_VIEW;
  let look: Look | undefined;
  let rows: readonly RatedRow[] = [];
  let running: readonly Running[] | undefined;
  const draw = (): void => {
    if (running === undefined) return;
    const { size, style } = stdout;
    const problems = listProblems(running);
    const isEmpty = rows.length === 0 && problems.length === 0;
    const lines = isEmpty
      ? drawNothing(describeNothing(runtime), size, style)
      : drawScreen({ rows, problems, processes: running.length, view, now: systemClock.wallClock() }, size, style);
    screen.draw(lines.map(formatLine));
  };
  const take = (input: string): void => {
    for (const key of splitKeys(input)) {
      const next = press(view, key);
      if (next === 'quit') quit.abort();
      else if (next === 'suspend') screen.suspend();
      else view = next;
    }
    draw();
  };
  const screen = openScreen(platform, { onInput: take, onChange: draw });
  try {
    while (!stop.aborted) {
      running = await findRunning(runtime);
      const now: Look = { at: systemClock.now(), rows: listServiceRows(listStatuses(running)) };
      rows = isAll ? await askLan(running) : rate(look, now);
      look = now;
      draw();
      await waitOrAbort(INTERVAL_MS, stop);
    }
  } finally {
    screen.close();
  }
}

/** Of the processes here, the one that knows the most machines. */
async function askLan(running: readonly Running[]): Promise<readonly RatedRow[]> {
  const answered = running.filter(({ kind }) => kind === 'answered');
  const answers = await Promise.all(answered.map(({ path }) => askAdmin(path, '/v1/lan', ANSWER_MS)));
  const views = answers.flatMap((answer) => {
    const view = answer.kind === 'answered' && answer.status === 200 ? parseLanStatus(answer.body) : undefined;
    return view === undefined ? [] : [view];
  });
  const [widest] = views.toSorted((a, b) => b.machines.length - a.machines.length);
  return widest === undefined ? [] : listLanRows(widest);
}

function listStatuses(running: readonly Running[]) {
  return running.flatMap((one) => (one.kind === 'answered' ? [one.status] : []));
}

function listProblems(running: readonly Running[]): readonly string[] {
  return running.filter(({ kind }) => kind !== 'answered').map(describeProblem);
}
