// Light or dark. Runs before the first paint; the system's choice holds until somebody toggles.
(() => {
  const KEY = "triptych-theme";
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const systemTheme = () => (system.matches ? "dark" : "light");

  const read = () => {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null; // storage is switched off: follow the system
    }
  };

  const remember = (theme) => {
    try {
      if (theme) localStorage.setItem(KEY, theme);
      else localStorage.removeItem(KEY);
    } catch {
      // holds for this page only
    }
  };

  const apply = (theme) => {
    if (theme) root.dataset.theme = theme;
    else delete root.dataset.theme;
  };

  apply(read());
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-theme-toggle]")) return;
    const current = root.dataset.theme ?? systemTheme();
    const next = current === "dark" ? "light" : "dark";
    const choice = next === systemTheme() ? null : next;
    apply(choice);
    remember(choice);
  });
})();
