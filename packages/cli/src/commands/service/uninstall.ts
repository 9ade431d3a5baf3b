import { rmdirSync, rmSync, statSync } from 'node:fs';
import { EXIT_OK } from '../../exit/exit-codes.ts';
import type { Printer } from '../../output/printer.ts';
import { findOwnFile, removeOwnFile } from '../../process/own-file.ts';
import type { Settings } from '../../settings/settings.ts';
import { requireHost, type ServicePlace } from './place.ts';
import type { Site } from './site.ts';
import { printSteps, runSteps } from './steps.ts';

/** `ambassador service uninstall` */
export async function uninstallService(
  { site, host, file }: ServicePlace,
  own: Settings,
  stdout: Printer,
): Promise<number> {
  const isThere = findOwnFile(file) !== undefined;
  if (own.isSet('dry-run')) {
    if (isThere) {
      printSteps(host.stop, stdout);
      stdout.line(`rm ${host.path}`);
      printSteps(host.forget, stdout);
      if (host.state.length > 0) stdout.line(`rm -r ${host.state.join(' ')}`);
    }
    stdout.line(isThere ? 'Nothing was changed.' : `${host.path} is not there: nothing to take back`);
    return EXIT_OK;
  }
  if (!isThere) {
    stdout.line(`${host.path} is not there: nothing to take back${explainOther(site)}`);
    return EXIT_OK;
  }
  requireHost(site, host, 'uninstall');
  await runSteps(host.stop, 'nothing was removed', 'see why, and run it again');
  removeOwnFile(file);
  await runSteps(host.forget, `${host.path} is removed`, 'run it yourself');
  for (const path of host.leftovers) removeLeftover(path);
  for (const path of host.state) rmSync(path, { recursive: true, force: true });
  stdout.line(`${host.name} runs it no more, and ${host.path} is gone; its configuration and its mesh key are left`);
  return EXIT_OK;
}

function explainOther({ scope }: Site): string {
  return scope === 'user' ? ' (--system, as root: of the machine)' : ' (--user: of a user)';
}

/** A folder that somebody still uses stays. */
function removeLeftover(path: string): void {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats?.isDirectory() === true) rmdirSync(path);
    else rmSync(path, { force: true });
  } catch {
    return;
  }
}
