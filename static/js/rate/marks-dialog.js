// Kind, correction and source of one mark, in a dialog.

/** Opens it for a mark; `save` gets the changed mark, `remove` nothing. */
export function editMark(mark, quoted, { save, remove }) {
  const dialog = document.getElementById("mark-dialog");
  const form = dialog.querySelector("form");
  document.getElementById("mark-dialog-quote").textContent = quoted;
  form.elements.kind.value = mark.kind;
  form.elements.correction.value = mark.correction;
  form.elements.source.value = mark.source;
  form.onsubmit = (event) => {
    event.preventDefault();
    dialog.close();
    const { kind, correction, source } = form.elements;
    save({ ...mark, kind: kind.value, correction: correction.value.trim(), source: source.value.trim() });
  };
  form.querySelector("[data-mark-remove]").onclick = () => {
    dialog.close();
    remove();
  };
  dialog.showModal();
  form.elements.correction.focus();
}
