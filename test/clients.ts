import type { Host, HostProcess } from '@mdns-ambassador/testkit';
import { runProgram } from './ambassador.ts';

/** Who answers on this port of the host itself; empty when nobody does. */
export async function who(host: Host, port: number): Promise<string> {
  const { answer } = await runProgram<{ readonly answer: string }>(host, 'ask', ['127.0.0.1', `${port}`, 'who']);
  return answer;
}

/** The line comes back over a connection that the program `echo` holds. */
export async function expectEcho(echo: HostProcess, line: string): Promise<void> {
  echo.stdin.write(`${line}\n`);
  await echo.line(new RegExp(`^echoed ${line}$`));
}
