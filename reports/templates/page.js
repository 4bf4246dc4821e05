"use strict";
(() => {
  const root = document.documentElement;
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const one = (selector, from = document) => from.querySelector(selector);
  const say = (text) => { one("[data-said]").textContent = text; };

  // Light and dark: the system's choice unless the reader made one here.
  const stored = { get() { try { return localStorage.getItem("theme"); } catch { return null; } }, set(value) { try { localStorage.setItem("theme", value); } catch { /* private */ } } };
  const toggle = one("[data-theme-toggle]");
  const dark = () => (root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches);
  const label = () => { toggle.textContent = dark() ? "Light" : "Dark"; };
  if (["light", "dark"].includes(stored.get())) root.dataset.theme = stored.get();
  toggle.hidden = false;
  toggle.addEventListener("click", () => { root.dataset.theme = dark() ? "light" : "dark"; stored.set(root.dataset.theme); label(); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", label);
  label();

  // Copy a script. Without the clipboard's permission the text is selected, so that one key does it.
  for (const button of all("[data-copy]")) {
    button.hidden = false;
    const name = button.textContent;
    button.addEventListener("click", async () => {
      const source = document.getElementById(button.dataset.copy);
      let done = "Copied";
      try { await navigator.clipboard.writeText(source.textContent); } catch {
        source.closest("details").open = true;
        getSelection().selectAllChildren(source);
        if (!document.execCommand("copy")) done = "Selected: copy it now";
      }
      button.textContent = done;
      say(done);
      setTimeout(() => { button.textContent = name; }, 2500);
    });
  }

  // Filters: chapter, level, outcome and text together; several levels or outcomes are either-or.
  const form = one("[data-filter]");
  const rules = all("details.rule").map((element) => ({
    element, level: element.dataset.level, outcome: element.dataset.outcome, chapter: element.closest(".chapter").dataset.name, text: element.textContent.toLowerCase(),
  }));
  const pressed = (kind) => all(`[data-${kind}][aria-pressed="true"]`, form).map((button) => button.dataset[kind]);
  const apply = () => {
    const words = one("[data-text]", form).value.toLowerCase().split(/\s+/).filter(Boolean);
    const chapter = one("[data-chapter]", form).value;
    const levels = pressed("level");
    const outcomes = pressed("outcome");
    let shown = 0;
    for (const rule of rules) {
      const fits = (!chapter || rule.chapter === chapter) && (!levels.length || levels.includes(rule.level)) &&
        (!outcomes.length || outcomes.includes(rule.outcome)) && words.every((word) => rule.text.includes(word));
      rule.element.hidden = !fits;
      shown += fits;
    }
    for (const section of all(".chapter")) section.hidden = !one("details.rule:not([hidden])", section);
    one("[data-count]", form).textContent = `${shown} of ${rules.length} shown`;
  };
  const clear = () => { form.reset(); for (const button of all("[aria-pressed]", form)) button.setAttribute("aria-pressed", "false"); apply(); };
  if (form) {
    form.hidden = false;
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", (event) => { if (event.isTrusted) setTimeout(clear); });
    form.addEventListener("input", apply);
    for (const button of all("[aria-pressed]", form)) {
      button.addEventListener("click", () => { button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true")); apply(); });
    }
    apply();
  }

  // A link to a requirement opens it, whatever the filter hides.
  const reveal = () => {
    let name = "";
    try { name = decodeURIComponent(location.hash.slice(1)); } catch { return; }
    const target = name && document.getElementById(name);
    if (!target) return;
    if (form && target.closest("[hidden]")) clear();
    if (target.matches("details")) target.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  reveal();

  // On paper everything about a finding is open; the rest stays as the reader left it.
  let opened = [];
  addEventListener("beforeprint", () => { opened = all(".finding details:not([open]), details.rule.failed:not([open])"); for (const element of opened) element.open = true; });
  addEventListener("afterprint", () => { for (const element of opened) element.open = false; });
})();
