// Criteria that are asked only where an earlier one was answered in a certain way.
// The server decides in the same way, in app/criteria/conditions.py.

/** The answers of `numbers` that a criterion is asked of now; fields that are switched off say nothing. */
export function askedOf(criterion, form, numbers) {
  const { onlyIf, onlyValues } = criterion.dataset;
  if (onlyIf === undefined) return numbers;
  const values = onlyValues.split(" ");
  const said = new FormData(form);
  const whole = said.get(`value-${onlyIf}`);
  if (whole) return values.includes(whole) ? numbers : [];
  return numbers.filter((number) => values.includes(said.get(`score-${onlyIf}-${number}`)));
}
