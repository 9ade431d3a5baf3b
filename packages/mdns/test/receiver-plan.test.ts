import { describe, expect, it } from 'vitest';
import type { JoinedInterface } from '../src/link-seal.ts';
import { planReceivers, shouldShare } from '../src/receiver-plan.ts';

function names(count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => `eth${at}`);
}

function joined(count: number): readonly JoinedInterface[] {
  return names(count).map((name, at) => ({ name, address: `10.0.${at}.1` }));
}

describe('the sockets that links share', () => {
  it.each([
    [1, 1, false],
    [20, 20, false],
    [21, 21, true],
    [25, 25, true],
    [5, 25, true],
    [4, 25, false],
    [60, 60, true],
  ])('where %i interfaces are used and %i have joined: %s', (used, all, isShared) => {
    expect(shouldShare(names(used), names(all))).toBe(isShared);
    expect(shouldShare(names(used), names(all).slice(used))).toBe(isShared);
  });

  it.each([
    [21, 21, 21],
    [22, 22, 11],
    [25, 25, 5],
    [12, 25, 2],
    [40, 40, 2],
    [41, 41, 1],
    [60, 60, 1],
  ])('%i of %i interfaces are heard by %i sockets, each interface by one', (used, all, sockets) => {
    const plans = planReceivers(names(used), joined(all));
    expect(plans).toHaveLength(sockets);
    expect(plans.flatMap((plan) => plan.names)).toEqual(names(used));
    for (const plan of plans) {
      const refused = plan.refused.map(({ name }) => name);
      expect(refused).toEqual(names(all).filter((name) => !plan.names.includes(name)));
      expect(refused.length).toBeLessThanOrEqual(20);
      expect(plan.isSealed).toBe(sockets === used);
    }
  });

  it('refuse as many as they may where they serve too few links for all', () => {
    const [plan, ...more] = planReceivers(['eth3'], joined(25));
    expect([plan?.names, plan?.refused.length, plan?.isSealed, more]).toEqual([['eth3'], 20, false, []]);
    expect(plan?.refused.map(({ name }) => name)).not.toContain('eth3');
  });

  it('hear other interfaces where one has no address of its own', () => {
    const all = joined(21).map((one) => (one.name === 'eth7' ? { ...one, address: undefined } : one));
    const plans = planReceivers(names(21), all);
    expect(plans.filter(({ isSealed }) => isSealed).flatMap((plan) => plan.names)).toEqual(['eth7']);
    expect(plans[0]?.refused.map(({ name }) => name)).not.toContain('eth7');
  });

  it('are none where no link wants one', () => {
    expect(planReceivers([], joined(25))).toEqual([]);
  });
});
