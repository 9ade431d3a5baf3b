import { resolve } from 'node:path';
import { readConfigText } from '../../config/read-config.ts';
import { Daemon } from '../../daemon/daemon.ts';
import { CliError } from '../../exit/cli-error.ts';
import { EXIT_CONFIG, EXIT_OK } from '../../exit/exit-codes.ts';
import { checkSourceFiles } from '../../network/source-files.ts';
import { listPassedSockets } from '../../process/passed-sockets.ts';
import type { Surroundings } from '../../process/surroundings.ts';
import { readUpRequest } from '../../requests/up-request.ts';
import { findConfig } from '../../settings/usual-config.ts';
import type { Invocation } from '../command.ts';
import { refuseWords } from '../words.ts';
import { FollowedFile } from './followed-file.ts';
import { describePlan, planToJson } from './plan-lines.ts';

/** `ambassador up` */
export async function runUp(invocation: Invocation): Promise<number> {
  const { surroundings, settings: own, words } = invocation;
  refuseWords(words, 'up', 'write it in the file, or use announce or proxy');
  refuseSockets(surroundings);
  const { file, isFound } = findConfig(own, surroundings);
  const text = readConfigText(file);
  const { plan, settings, mesh } = readUpRequest(file, text, own, surroundings);
  await checkSourceFiles(plan.proxy.map(({ origins }) => origins));
  if (settings.isSet('dry-run')) {
    if (settings.isSet('json')) surroundings.stdout.json(planToJson(plan));
    else {
      if (isFound) surroundings.stdout.line(`from ${file}:`);
      for (const line of describePlan(plan)) surroundings.stdout.line(line);
    }
    return EXIT_OK;
  }
  const daemon = await Daemon.open({
    command: 'up',
    settings,
    surroundings,
    mesh,
    plan,
    label: ['up', resolve(file)],
    farewell: 'saying goodbye, connections may finish',
  });
  if (isFound) daemon.reporter.tell(`everything in ${file}`, { event: 'configuration', file });
  const followed = new FollowedFile({
    daemon,
    file,
    text,
    plan,
    readPlan: (next) => readUpRequest(file, next, own, surroundings).plan,
  });
  surroundings.shutdown.onHangup(() => followed.readAgain());
  return daemon.run(() => followed.follow());
}

function refuseSockets({ env, pid }: Surroundings): void {
  if (listPassedSockets(env, pid).length === 0) return;
  throw new CliError(
    EXIT_CONFIG,
    'systemd passed sockets, and up opens its own; remove Sockets= from the unit, or use proxy',
  );
}
