// When to ask for lists next.  Spread out, so that a thousand browsers do not come in the same second, and patient
// with a service that is down: Safe Browsing's rule, MIN(2^(N-1) * 15 min * (RAND+1), 24 h).

export const FRESH_DAYS = 7;
const DAY_MS = 24 * 60 * 60 * 1000;
const PERIOD_MIN = 360;
const SPREAD_MIN = 60;
const FIRST_SPREAD_MIN = 5;
const RETRY_MIN = 15;
const MOST_MIN = 24 * 60;

// Minutes to the next update, after `failures` in a row; `random` is from 0 to 1.
export function delayMinutes(failures, random) {
  if (failures > 0) return Math.min(2 ** Math.min(failures - 1, 10) * RETRY_MIN * (random + 1), MOST_MIN);
  return PERIOD_MIN + SPREAD_MIN * random;
}

// Minutes to the first update after installing.
export function firstDelayMinutes(random) {
  return FIRST_SPREAD_MIN * random;
}

export function isOld(made, now) {
  return !(now - made <= FRESH_DAYS * DAY_MS);
}

// A list from tomorrow would stay fresh as long as whoever made it likes; a day is for clocks that are set wrong.
export function isFromTheFuture(made, now) {
  return !(made - now <= DAY_MS);
}
