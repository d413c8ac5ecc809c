/** Fields that two answers may rightly differ in, and why. */
export const EXCLUDED = new Set([
  "Case.workingMinutesLeft", // counted from the instant of the request
]);
