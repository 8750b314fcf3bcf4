"use strict";
// A form with data-stays is sent without leaving its page: a fault is told above it, and what was typed stays; a whole page is shown in its place.
const BUSY = "data-busy";
document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-stays]");
  if (!form) { return; }
  event.preventDefault();
  if (form.hasAttribute(BUSY)) { return; }
  form.setAttribute(BUSY, "");
  try { await send(form, event.submitter); } catch { tell("The server can't be reached. Nothing that you wrote is lost: send it again."); }
  form.removeAttribute(BUSY);
});
async function send(form, button) {
  const where = button?.getAttribute("formaction") || form.getAttribute("action");
  const body = new URLSearchParams(new FormData(form));
  if (button?.name) { body.append(button.name, button.value); }
  const answer = await fetch(where, { method: "POST", body, headers: { "HX-Request": "true" } });
  const onward = answer.headers.get("HX-Redirect") || (answer.redirected && answer.url);
  if (onward) { location.assign(onward); return; }
  const given = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (answer.ok || given.getElementById("main")) { show(given); } else { tell(given.body.innerHTML ? given.body : answer.statusText); }
}
function show(given) {
  const main = document.getElementById("main");
  main.replaceChildren(...given.getElementById("main").childNodes);
  window.htmx?.process(main);
  const found = main.querySelector(".fault[tabindex], [role=status], section[tabindex='-1']") || main;
  found.scrollIntoView({ block: "nearest" });
  (found.hasAttribute("tabindex") ? found : main).focus();
}
function tell(what) {
  const place = document.getElementById("fault");
  if (typeof what === "string") {
    const words = document.createElement("p");
    words.className = "fault";
    words.textContent = what;
    place.replaceChildren(words);
  } else { place.replaceChildren(...what.childNodes); }
  place.scrollIntoView({ block: "nearest" });
}
