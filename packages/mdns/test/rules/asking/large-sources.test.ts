import { beforeEach, expect, it } from 'vitest';
import { address, fullAnswer, H1, pointer, QuerierDriver, responseOf, service, text } from './querier-driver.ts';

let driver: QuerierDriver;

beforeEach(() => {
  driver = new QuerierDriver();
  driver.browse();
  driver.runTo(100);
});

/** Names that were resolved and not lost since. */
function listSeen(): ReadonlySet<string> {
  const seen = new Set<string>();
  for (const { event } of driver.events) {
    if (event.kind === 'lost') seen.delete(event.view.name);
    else if (event.kind !== 'type-found') seen.add(event.view.name);
  }
  return seen;
}

it('sees 400 services of one host with one address, also after an hour', () => {
  const announce = (): void => {
    for (let index = 0; index < 400; index += 4) {
      const names = [0, 1, 2, 3].map((offset) => `service ${index + offset}`);
      driver.hear(
        responseOf(...names.flatMap((name) => [pointer(name), service(name), text(name, 'k=v')]), address('10.0.0.1')),
      );
    }
  };
  for (let second = 0; second < 3_600; second += 60) {
    driver.runTo(100 + second * 1_000);
    announce();
  }
  expect(listSeen().size).toBe(400);
  expect(driver.events).toHaveLength(400);
  expect(driver.querier.refusedRecords).toBe(0);
});

it('sees 200 hosts whose answers a reflector sends with its own address', () => {
  for (let index = 0; index < 200; index++) {
    driver.hear(fullAnswer(`service ${index}`, `h${index}.local`, `10.0.7.${index}`), H1);
  }
  driver.runTo(60_000);
  expect(listSeen().size).toBe(200);
  expect(driver.querier.refusedRecords).toBe(0);
});

it('sees all of a TXT record that is larger than its RFC recommends (RFC 6763 6.2)', () => {
  const pairs = Array.from({ length: 36 }, (_, index) => `key${index}=${'x'.repeat(230)}`);
  driver.hear(responseOf(pointer('a'), service('a'), text('a', ...pairs), address('10.0.0.1')));
  const [resolved] = driver.events.map(({ event }) => event);
  expect(resolved?.kind === 'resolved' && resolved.view.txt.size).toBe(36);
});
