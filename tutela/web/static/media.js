// The media of a case: shown as its viewer likes it, hidden by one key or when its time is over.
const place = document.querySelector("main.medium");
const form = place.querySelector("form");
let hidden = false;

function hide() {
  if (hidden) return;
  hidden = true;
  for (const shown of place.querySelectorAll("img, video")) {
    if (shown.pause) shown.pause();
    shown.remove();
  }
  navigator.sendBeacon(form.action, new URLSearchParams());
  form.hidden = true;
  place.querySelector("[data-gone]").hidden = false;
  place.focus();
}

function look(button) {
  const on = place.classList.toggle(button.dataset.look);
  button.setAttribute("aria-pressed", String(on));
}

for (const button of place.querySelectorAll("[data-look]")) {
  button.hidden = false;
  button.addEventListener("click", () => look(button));
}
form.addEventListener("submit", (event) => { event.preventDefault(); hide(); });
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "h" || event.key === "H" || event.key === "Escape") hide();
});
addEventListener("pagehide", hide);
setTimeout(hide, Math.max(0, Date.parse(place.dataset.until) - Date.now()));
if (parent !== window) {
  parent.document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) hide();
  });
}
