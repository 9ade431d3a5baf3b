import { readSystemInterfaces, systemClock } from '@mdns-ambassador/mdns';
import { Turns } from '@mdns-ambassador/relay';
import { CliError } from '../../exit/cli-error.ts';
import { EXIT_OK, EXIT_REFUSED, EXIT_UNAVAILABLE } from '../../exit/exit-codes.ts';
import { createLoggedNetwork, describeNoNetwork, startNode } from '../../network/local-network.ts';
import { Registries } from '../../network/registries.ts';
import { checkSourceFiles } from '../../network/source-files.ts';
import { usesMdns } from '../../network/sources.ts';
import { describeFault } from '../../output/fault-lines.ts';
import { describeMissingInit } from '../../output/init-lines.ts';
import { joinWords } from '../../output/phrases.ts';
import { formatDuration, parseDuration } from '../../parse/duration.ts';
import { openLog } from '../../process/log-options.ts';
import { createNotify, type Notify } from '../../process/notify.ts';
import { waitForAbort } from '../../process/stopping.ts';
import { refuseShared } from '../../requests/announce-request.ts';
import { addSharedOptions, listServiceRequests, loadConfig } from '../../requests/service-requests.ts';
import type { Given } from '../../settings/settings.ts';
import { describeGoingWithout } from '../../settings/usual-key.ts';
import type { Invocation } from '../command.ts';
import { RenderSearch } from './render-search.ts';
import { RenderWriter } from './render-writer.ts';
import { readRenderFormat, readRenderOutput, readRenderRequests } from './request.ts';

const DEFAULT_TIMEOUT_MS = 2_000;
/** Between two writings with `--watch`. */
const WATCH_INTERVAL_MS = 1_000;
/** What a check or a reload refused is tried again after this time, were it only for their sake. */
const RETRY_MS = 10_000;

/** `ambassador render` */
export async function renderServices(invocation: Invocation): Promise<number> {
  const { surroundings } = invocation;
  surroundings.faults.survive((error) => surroundings.stderr.line(`ambassador: ${describeFault(error)}`));
  const [formatWord, ...words] = invocation.words;
  const format = readRenderFormat(formatWord);
  const config = await loadConfig(invocation.settings);
  const settings = addSharedOptions(invocation.settings, config);
  const requests = listServiceRequests({ words, settings }, `render ${format}`, config?.proxy, 'proxy');
  refuseShared(['listen'], requests);
  const wanted = readRenderRequests(format, requests, {
    platform: surroundings.platform,
    hasIpv6: Object.values(readSystemInterfaces() ?? {}).some((addresses) =>
      addresses?.some(({ address }) => address === '::1'),
    ),
  });
  const output = readRenderOutput(format, settings);
  refuseMesh(settings.find('mesh-key-file').at(-1));
  const timeoutMs = settings.read('timeout', parseDuration) ?? DEFAULT_TIMEOUT_MS;
  await checkSourceFiles(wanted.map(({ origins }) => origins));
  const log = openLog(settings, surroundings);
  const local = createLoggedNetwork(settings, surroundings, log, undefined);
  const { signal } = surroundings.shutdown;
  const search = new RenderSearch(wanted, local, log, new Registries(surroundings, log));
  try {
    if (wanted.some(({ origins }) => usesMdns(origins))) await startNode(local);
    await Promise.race([search.start(timeoutMs), waitForAbort(signal)]);
    if (signal.aborted) return EXIT_OK;
    const writer = new RenderWriter(output, surroundings);
    if (settings.isSet('watch')) {
      const missing = output.reload === undefined ? undefined : describeMissingInit(surroundings.pid, '--reload');
      if (missing !== undefined) writer.tell(missing);
      await watch(search, writer, createNotify({ env: surroundings.env, log }), signal);
      return EXIT_OK;
    }
    const services = search.services();
    if (services.every(({ endpoints }) => endpoints.length === 0)) {
      const names = joinWords(services.map(({ service }) => service));
      const kept = output.file === undefined ? '' : `; ${output.file} stays as it was`;
      const noNetwork = wanted.some(({ origins }) => usesMdns(origins)) ? describeNoNetwork(local) : undefined;
      throw new CliError(
        EXIT_UNAVAILABLE,
        noNetwork === undefined
          ? `no ${names} was found within ${formatDuration(timeoutMs)}${kept}; see what is there with ambassador list, or wait longer with --timeout 10s`
          : `${noNetwork}${kept}`,
      );
    }
    await writer.write(services);
    return EXIT_OK;
  } finally {
    await search.close();
    await local.node.close();
  }
}

/** Writes at once, and again as often as endpoints change, until stopped. What fails is told and tried again. */
async function watch(search: RenderSearch, writer: RenderWriter, notify: Notify, signal: AbortSignal): Promise<void> {
  let cancelRetry = (): void => undefined;
  const writes = new Turns(
    async () => {
      cancelRetry();
      try {
        await writer.write(search.services());
      } catch (error) {
        if (!(error instanceof CliError)) throw error;
        writer.tell(error.message, error.output);
        cancelRetry = systemClock.after(RETRY_MS, () => writes.request());
      }
    },
    { clock: systemClock, leastMs: WATCH_INTERVAL_MS },
  );
  search.onChange = () => writes.request();
  writes.request();
  notify('READY=1');
  await waitForAbort(signal);
  notify('STOPPING=1');
  cancelRetry();
  await writes.close();
  cancelRetry();
}

/** Members of a mesh are dialled with a handshake that haproxy and nginx do not know, and strangers are not dialled at all. */
function refuseMesh(given: Given | undefined): void {
  if (given === undefined) return;
  throw new CliError(
    EXIT_REFUSED,
    `${given.origin}: render writes addresses for programs that can't shake hands with a mesh; use ambassador proxy, or ${describeGoingWithout(given)}`,
  );
}
