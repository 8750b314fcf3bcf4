"use strict";
// Single keys for what the page offers (data-key), never inside a field, and off where a person wishes (WCAG 2.1.4).
(() => {
  const OFF = "tutela-keys-off";
  const dialog = document.getElementById("keys");
  const box = document.getElementById("keys-on");
  if (!dialog) return;
  const keyed = () => [...document.querySelectorAll("[data-key]")].filter(each => each.checkVisibility());
  const inField = target => target instanceof Element && target.closest("textarea, select, [contenteditable], dialog, input:not([type=radio], [type=checkbox], [type=hidden])");
  const isOn = () => localStorage.getItem(OFF) === null;
  const name = each => (each.closest("label") || each).textContent.replace(/\s+\S\s*$/, "").trim().replace(/\s+/g, " ");
  box.checked = isOn();
  box.addEventListener("change", () => box.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1"));
  document.querySelectorAll(".keys-hint").forEach(each => { each.hidden = false; });

  function listKeys() {
    const rows = keyed().map(each => [each.dataset.key, name(each)]);
    if (document.querySelector(".notice")) rows.push(["j", "The next notice"], ["k", "The notice before"]);
    rows.push(["?", "This list"]);
    document.getElementById("keys-list").replaceChildren(...rows.map(([key, what]) => {
      const row = document.createElement("tr"), head = document.createElement("th"), cell = document.createElement("td");
      const shown = document.createElement("kbd");
      shown.textContent = key; cell.textContent = what; head.scope = "row"; head.append(shown); row.append(head, cell);
      return row;
    }));
    dialog.showModal();
  }
  function step(by) {
    const all = [...document.querySelectorAll(".notice")].filter(each => each.checkVisibility());
    const now = all.indexOf(document.activeElement);
    const next = all[now < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(now + by, 0), all.length - 1)];
    if (next) next.focus();
  }
  function press(each) {
    if (each.type === "radio" || each.type === "checkbox") { each.click(); each.focus(); }
    else if (each.matches("textarea, input, select")) each.focus();
    else each.click();
  }
  document.addEventListener("keydown", event => {
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
      const form = event.target instanceof Element && event.target.closest("form[id]");
      if (form) { event.preventDefault(); form.requestSubmit(); }
      return;
    }
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.repeat || inField(event.target)) return;
    if (event.key === "?") { event.preventDefault(); listKeys(); return; }
    if (!isOn() || dialog.open) return;
    if (event.key === "j" || event.key === "k") { event.preventDefault(); step(event.key === "j" ? 1 : -1); return; }
    const meant = keyed().find(each => each.dataset.key === event.key);
    if (meant) { event.preventDefault(); press(meant); }
  });
})();
