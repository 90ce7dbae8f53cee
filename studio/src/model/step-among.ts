/** The place after (or before) `at` among ascending places; around the end to the first. */
export function stepAmong(places: readonly number[], at: number, step: 1 | -1): number | undefined {
  const after = step === 1 ? places.find((place) => place > at) : places.findLast((place) => place < at);
  return after ?? (step === 1 ? places[0] : places.at(-1));
}
