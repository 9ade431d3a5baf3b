import { readSystemInterfaces } from '@mdns-ambassador/mdns';
import { errorMessage } from '@mdns-ambassador/relay';
import { CliError } from '../../exit/cli-error.ts';
import { EXIT_INTERNAL, EXIT_OK, EXIT_UNAVAILABLE } from '../../exit/exit-codes.ts';
import { readInterfaceNames } from '../../network/local-network.ts';
import { countThings } from '../../output/phrases.ts';
import type { Surroundings } from '../../process/surroundings.ts';
import { findLoopbackInterface } from '../../requests/interfaces.ts';
import { addSharedOptions, loadConfig } from '../../requests/service-requests.ts';
import { isUsualKey } from '../../settings/usual-key.ts';
import type { Invocation } from '../command.ts';
import { refuseWords } from '../words.ts';
import { Stage } from './stage.ts';
import { DemoStopped, DemoStory, formatMs, judge, NothingHeard } from './story.ts';
import type { Tally } from './tally.ts';

/** `ambassador demo` */
export async function playDemo(invocation: Invocation): Promise<number> {
  const { surroundings, words } = invocation;
  refuseWords(words, 'demo', 'write ambassador demo alone', 'words');
  const settings = addSharedOptions(invocation.settings, await loadConfig(invocation.settings));
  const named = readInterfaceNames(settings, surroundings.platform);
  const loopback = findLoopbackInterface(readSystemInterfaces() ?? {});
  const out = surroundings.stdout;
  const { bold, yellow } = out.style;
  out.line(bold('ambassador demo: real processes, real connections, real failures, all on this machine'));
  const [mesh] = settings.find('mesh-key-file');
  if (mesh !== undefined && !isUsualKey(mesh)) out.line(`It does without a mesh, whatever ${mesh.origin} says.`);
  const isOnLoopback = named.length === 0 && loopback !== undefined;
  try {
    if (await playOn(isOnLoopback ? [loopback] : named, isOnLoopback ? '127.0.0.1' : '::', surroundings))
      return EXIT_OK;
    if (named.length === 0) {
      out.line('');
      out.line(yellow('Multicast does not pass on the loopback interface here: once more on the network interfaces.'));
      if (await playOn([], '::', surroundings)) return EXIT_OK;
    }
  } catch (error) {
    if (!(error instanceof DemoStopped)) throw error;
    out.line('');
    out.line('stopped; every process of the demo is gone');
    return EXIT_OK;
  }
  throw new CliError(
    EXIT_UNAVAILABLE,
    'demo: the announcements of the other processes did not arrive; multicast is blocked on this machine (a firewall, perhaps), try --interface NAME',
  );
}

/** False where the proxy heard of none of the instances. */
async function playOn(
  interfaceNames: readonly string[],
  address: string,
  { stdout, shutdown, env, platform }: Surroundings,
): Promise<boolean> {
  const service = `demo-${Math.random().toString(36).slice(2, 8)}`;
  const stage = new Stage({ service, interfaceNames, address, platform });
  const startedAt = performance.now();
  let total: Tally;
  try {
    total = await new DemoStory(stage, stdout, shutdown.signal).play();
  } catch (error) {
    if (error instanceof NothingHeard) return false;
    if (error instanceof CliError || error instanceof DemoStopped) throw error;
    throw new CliError(EXIT_INTERNAL, `demo: ${errorMessage(error)}`, { cause: error });
  } finally {
    await stage.clear();
  }
  const failure = judge(total);
  if (failure !== undefined) throw failure;
  const { bold, green } = stdout.style;
  stdout.line('');
  const outcome = `0 failed, ${total.cutOff} cut off by the kill, the slowest took ${formatMs(total.slowestMs)}`;
  const headline = green(`${countThings(total.connections, 'connection')}, ${outcome}`);
  stdout.line(headline, ` (${formatMs(performance.now() - startedAt)} in all)`);
  const program = env.npm_lifecycle_event === undefined ? 'ambassador' : 'npx ambassador';
  stdout.line('');
  stdout.line(`Now on two laptops in one network, where redis runs on the first:`);
  stdout.line('   first   ', bold(`${program} announce redis`), '      (redis:12345 if it is on port 12345)');
  stdout.line('   second  ', bold(`${program} proxy redis`), '         and redis is on its localhost:6379');
  stdout.line('   either  ', bold(`${program} list`), '                what is there');
  return true;
}
