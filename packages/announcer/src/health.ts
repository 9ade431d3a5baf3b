/** How often a check must pass in a row until its service is up, and fail until it is down. */
export interface HealthThresholds {
  readonly rise: number;
  readonly fall: number;
}

/** `streak`: outcomes in a row that speak against the present state. */
export interface ServiceHealth {
  readonly isUp: boolean;
  readonly streak: number;
}

export const INITIAL_HEALTH: ServiceHealth = { isUp: false, streak: 0 };

/** The health after one more outcome of the check. */
export function observeOutcome(health: ServiceHealth, passed: boolean, thresholds: HealthThresholds): ServiceHealth {
  if (passed === health.isUp) return { isUp: health.isUp, streak: 0 };
  const streak = health.streak + 1;
  const needed = health.isUp ? thresholds.fall : thresholds.rise;
  return streak >= needed ? { isUp: passed, streak: 0 } : { isUp: health.isUp, streak };
}
