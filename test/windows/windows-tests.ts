import { readFileSync } from 'node:fs';
import { type Host, Lab, type Peer } from '@mdns-ambassador/testkit';
import { afterAll, afterEach, beforeAll, describe, test } from 'vitest';
import { explainAbsence } from '../lab-test.ts';
import { WindowsHost } from './windows-host.ts';

/** Against hanging: on a busy machine each start of a Windows program may take a minute. */
const BOOT_TIMEOUT_MS = 420_000;
const TEST_TIMEOUT_MS = 420_000;

const NEEDS: readonly Peer[] = ['curl', 'redis-cli', 'redis-server', 'tmux', 'wine64'];

export interface Hosts {
  readonly linux: Host;
  readonly windows: WindowsHost;
}

type DefineTest = (name: string, body: (hosts: Hosts) => Promise<void>) => void;

/**
 * Tests, one after another, on a Linux host and a Windows host that they share, because a Windows host takes ten seconds to start.
 * What a test has started ends with it. Where they can't run, they are skipped by name; with CI=true what is missing is a failure.
 */
export async function windowsTests(title: string, define: (windowsTest: DefineTest) => void): Promise<void> {
  const absence = await explainAbsence(NEEDS);
  if (absence?.kind === 'skipped') {
    test.skip(`${title} (skipped: ${absence.reason})`);
    return;
  }
  describe(title, () => {
    let lab: Lab | undefined;
    let windows: WindowsHost | undefined;
    beforeAll(async () => {
      if (absence !== undefined) throw new Error(absence.reason);
      lab = await Lab.create({ hosts: 2 });
      windows = await WindowsHost.boot(lab.host(2));
    }, BOOT_TIMEOUT_MS);
    afterEach(async () => {
      await Promise.all((lab?.hosts ?? []).flatMap(({ spawned }) => spawned.map((one) => one.stop('SIGTERM'))));
      for (const id of (await lab?.processes()) ?? []) endProgram(id);
    });
    afterAll(async () => {
      await lab?.close();
      await windows?.close();
    });
    define((name, body) => {
      test(name, { timeout: TEST_TIMEOUT_MS }, async () => {
        if (lab === undefined || windows === undefined) throw new Error('there are no hosts');
        try {
          await body({ linux: lab.host(1), windows });
        } catch (error) {
          if (error instanceof Error) error.message += `\n\n${lab.transcript()}`;
          throw error;
        }
      });
    });
  });
}

/** What a program of Windows has started outlives it. */
function endProgram(id: number): void {
  try {
    if (/^(?:node|cmd)\.exe$/m.test(readFileSync(`/proc/${id}/comm`, 'utf8'))) process.kill(id, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
