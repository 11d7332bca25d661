// Sorting in the browser for tables that are there as a whole: click a heading.

export function sortable(table) {
  if (table.dataset.sortable === "ready") return;
  table.dataset.sortable = "ready";
  [...table.tHead.rows[0].cells].forEach((heading, column) => {
    if (!heading.textContent.trim() || heading.querySelector(".visually-hidden")) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.append(...heading.childNodes);
    button.addEventListener("click", () => sortBy(table, heading, column));
    heading.append(button);
  });
}

function sortBy(table, heading, column) {
  const descending = heading.getAttribute("aria-sort") === "ascending";
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
  const rows = [...table.tBodies[0].rows].sort((a, b) => compare(a.cells[column], b.cells[column]));
  table.tBodies[0].append(...(descending ? rows.reverse() : rows));
}

function compare(a, b) {
  const [left, right] = [value(a), value(b)];
  if (typeof left === "number" && typeof right === "number") return left - right;
  return String(left).localeCompare(String(right), undefined, { numeric: true });
}

function value(cell) {
  const text = cell.dataset.value ?? cell.textContent.trim();
  const number = Number(text.replaceAll(",", "").replace(/ ?%$/, ""));
  return text !== "" && !Number.isNaN(number) ? number : text;
}
