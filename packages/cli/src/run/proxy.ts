import { type Ambassador, createAmbassador, createNodeEngine, type ProxyOptions } from '@mdns-ambassador/ambassador';
import { systemClock } from '@mdns-ambassador/mdns';
import { connectionLimit, fileLimit, RelayError } from '@mdns-ambassador/relay';
import { refuseShared } from '../announce-request.ts';
import type { Invocation } from '../command.ts';
import { EXIT_OK } from '../exit-codes.ts';
import { tellNodeEvent, tellStart } from '../output/network-lines.ts';
import { describeProxyEvent, proxyEventToFact } from '../output/proxy-lines.ts';
import { createReporter, type Reporter } from '../output/reporter.ts';
import { readProxyRequest } from '../proxy-request.ts';
import { addSharedOptions, listServiceRequests, loadConfig } from '../settings/service-requests.ts';
import { explainListenError } from './listen-error.ts';
import { createLocalNetwork, type LocalNetwork, readInterfaceNames, startNode } from './local-network.ts';
import { openLog } from './log-options.ts';
import { checkSourceFiles } from './source-files.ts';
import { createSources, readAllowedCidrs, usesMdns } from './sources.ts';
import { waitForAbort } from './stopping.ts';

/** `ambassador proxy` */
export async function proxyServices(invocation: Invocation): Promise<number> {
  const { surroundings } = invocation;
  const config = await loadConfig(invocation.settings);
  const settings = addSharedOptions(invocation.settings, config);
  const requests = listServiceRequests({ words: invocation.words, settings }, 'proxy', config?.proxy);
  refuseShared(['listen'], requests);
  const wanted = requests.map((request) => ({
    ...readProxyRequest(request, surroundings.platform),
    allowed: readAllowedCidrs(request.settings),
  }));
  await checkSourceFiles(wanted.map(({ origins }) => origins));
  const log = openLog(settings, surroundings);
  const reporter = createReporter(surroundings.stdout, log, settings.isSet('json'));
  let isStarted = false;
  const local = createLocalNetwork(
    readInterfaceNames(settings, surroundings.platform),
    surroundings.platform,
    (event) => {
      if (isStarted || event.kind === 'link-failed') tellNodeEvent(reporter, event);
    },
  );
  const proxies = wanted.map(
    ({ origins, allowed, ...options }): ProxyOptions => ({
      maxConnections: connectionLimit(fileLimit(process)),
      ...options,
      merge: origins.merge,
      sources: createSources(origins, { service: options.service, allowed, local, log }),
    }),
  );
  const ambassador = composeAmbassador(proxies, reporter);
  try {
    if (wanted.some(({ origins }) => usesMdns(origins))) await startMdns(local, reporter);
    isStarted = true;
    await startListening(ambassador, proxies);
    await waitForAbort(surroundings.shutdown.signal);
    reporter.tell('stopping: connections may finish (once more ends at once)', {
      event: 'stopping',
      reason: String(surroundings.shutdown.signal.reason),
    });
    await ambassador.drain();
    return EXIT_OK;
  } finally {
    await ambassador.close();
    await local.node.close();
  }
}

function composeAmbassador(proxies: readonly ProxyOptions[], reporter: Reporter): Ambassador {
  return createAmbassador({
    proxies,
    clock: systemClock,
    random: Math.random,
    createEngine: createNodeEngine,
    onEvent: (event) => {
      const timeoutMs = proxies.find(({ service }) => service === event.service)?.connectTimeoutMs ?? 0;
      reporter.tell(describeProxyEvent(event, timeoutMs), proxyEventToFact(event));
    },
  });
}

async function startMdns(local: LocalNetwork, reporter: Reporter): Promise<void> {
  await startNode(local);
  tellStart(reporter, local.network.interfaces(), local.network.skipped());
}

async function startListening(ambassador: Ambassador, proxies: readonly ProxyOptions[]): Promise<void> {
  try {
    await ambassador.start();
  } catch (error) {
    throw error instanceof RelayError ? explainListenError(error, proxies) : error;
  }
}
