import { countThings, joinWords } from '../../output/phrases.ts';
import type { Printer } from '../../output/printer.ts';
import type { Surroundings } from '../../process/surroundings.ts';
import { renderEnv } from './env.ts';
import { renderHaproxy } from './haproxy.ts';
import { renderNginx, renderNginxFragment } from './nginx.ts';
import { RenderedFile } from './rendered-file.ts';
import type { RenderedService } from './rendered-service.ts';
import type { RenderOutput } from './request.ts';
import { runCommandLine } from './shell.ts';

/** Renders, and puts the text where it belongs. */
export class RenderWriter {
  readonly #output: RenderOutput;
  readonly #stdout: Printer;
  readonly #stderr: Printer;
  readonly #file: RenderedFile | undefined;
  #printed: string | undefined;
  #missing = '';
  #isOverwrittenTold = false;

  constructor(output: RenderOutput, { stdout, stderr, platform }: Surroundings) {
    this.#output = output;
    this.#stdout = stdout;
    this.#stderr = stderr;
    const { file, check, reload } = output;
    if (file !== undefined) this.#file = new RenderedFile({ file, check, reload, platform, runCommandLine });
  }

  /** For people, beside what is rendered. */
  tell(sentence: string, output = ''): void {
    this.#stderr.line(`ambassador: ${sentence}`);
    if (output !== '') this.#stderr.text(output);
  }

  /** Does nothing while there is no endpoint at all. */
  async write(services: readonly RenderedService[]): Promise<void> {
    this.#tellMissing(services);
    if (services.every(({ endpoints }) => endpoints.length === 0)) return;
    const text = render(this.#output, services);
    if (this.#file === undefined) {
      if (text !== this.#printed) this.#stdout.text(text.trimEnd());
      this.#printed = text;
      return;
    }
    const outcome = await this.#file.put(text);
    const counts = services.map(
      ({ service, endpoints }) => `${service} has ${countThings(endpoints.length, 'endpoint')}`,
    );
    if (outcome === 'overwritten') this.#tellOverwritten();
    this.#stdout.line(
      `${this.#output.file} is ${outcome === 'unchanged' ? 'unchanged' : 'written'}: ${joinWords(counts)}`,
    );
  }

  #tellOverwritten(): void {
    if (this.#isOverwrittenTold) return;
    this.#isOverwrittenTold = true;
    this.tell(
      `${this.#output.file} is a mount of its own, which can't be replaced: it is written in its place, and who reads it meanwhile sees a part; mount its folder instead`,
    );
  }

  #tellMissing(services: readonly RenderedService[]): void {
    const missing = joinWords(services.filter(({ endpoints }) => endpoints.length === 0).map(({ service }) => service));
    if (missing !== '' && missing !== this.#missing) this.tell(`no endpoint of ${missing} can be used now`);
    this.#missing = missing;
  }
}

function render({ format, isFragment }: RenderOutput, services: readonly RenderedService[]): string {
  switch (format) {
    case 'haproxy':
      return renderHaproxy(services);
    case 'nginx':
      return isFragment ? renderNginxFragment(services) : renderNginx(services);
    case 'env':
      return renderEnv(services);
    default:
      return format satisfies never;
  }
}
