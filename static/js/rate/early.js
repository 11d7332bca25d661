// Fast raters type before the modules are there: their keys wait in `triptychEarlyKeys`. Not a
// module itself, so that it runs before the page is drawn.

(() => {
  const keys = [];
  const keep = (event) => {
    const busy = event.target.closest?.("a, button, summary, input, textarea, select, dialog");
    if (!busy && !event.ctrlKey && !event.metaKey && !event.altKey) keys.push(event.key);
  };
  addEventListener("keydown", keep);
  /** Those typed so far, once; from then on the keys are the caller's. */
  window.triptychEarlyKeys = () => {
    removeEventListener("keydown", keep);
    return keys.splice(0);
  };
})();
