// The language of orders: "2 1=3" says 2 is best, then 1 and 3 alike. Pure functions.

/** Ranks by answer ("2" -> 1), ties sharing one; null unless each of `numbers` is there once. */
export function parseOrder(text, numbers) {
  const groups = tidy(text).split(" ").map((group) => group.split("=").filter(Boolean));
  const seen = groups.flat();
  const complete = seen.length === numbers.length && numbers.every((n) => seen.includes(String(n)));
  if (!complete || tidy(text).endsWith("=")) return null;
  return Object.fromEntries(groups.flatMap((group, i) => group.map((n) => [n, i + 1])));
}

/** The text for ranks by answer; "" while one is missing. */
export function formatOrder(ranks, numbers) {
  if (!numbers.every((n) => ranks[n])) return "";
  const levels = [...new Set(numbers.map((n) => Number(ranks[n])))].sort((a, b) => a - b);
  return levels.map((level) => numbers.filter((n) => Number(ranks[n]) === level).join("=")).join(" ");
}

/** The text after one more key: a digit not yet used, "=", or a space; a full order starts anew. */
export function typeKey(text, key, numbers) {
  const current = parseOrder(text, numbers) ? "" : tidy(text);
  if (key === "=") return /\d$/.test(current) ? `${current}=` : current;
  if (!numbers.includes(Number(key)) || current.includes(key)) return current;
  return current === "" || current.endsWith("=") ? current + key : `${current} ${key}`;
}

/** Whatever was typed or pasted, spelt our way: "2>1=3", "213" and "2, 1 = 3" become "2 1=3". */
export function tidy(text) {
  const tokens = text.match(/\d|=/g) ?? [];
  return tokens.reduce((out, token) => {
    if (token === "=") return /\d$/.test(out) ? `${out}=` : out;
    return out === "" || out.endsWith("=") ? out + token : `${out} ${token}`;
  }, "");
}
