// The words of scripts in the rater's language, as templates/rate/texts.html lists them.

const texts = JSON.parse(document.getElementById("texts")?.dataset.texts ?? "{}");

/** `%(name)s` stands for a value, as in the templates. */
export function t(message, values = {}) {
  return (texts[message] ?? message).replace(/%\((\w+)\)s/g, (_, name) => values[name]);
}
