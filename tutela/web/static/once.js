"use strict";
// A form that is under way is not sent again: a second click, or Enter pressed twice, does nothing.
// Forms that stay on their page by a script of their own (data-stays, #decide) see to it themselves.
{
  const UNDER_WAY = "data-under-way", PATIENCE_MS = 5000;
  const free = form => form.removeAttribute(UNDER_WAY);
  document.addEventListener("submit", event => {
    const form = event.target;
    if (form.getAttribute("method") !== "post" || form.matches("[data-stays], #decide")) return;
    if (form.hasAttribute(UNDER_WAY)) { event.preventDefault(); event.stopImmediatePropagation(); return; }
    form.setAttribute(UNDER_WAY, "");
    setTimeout(() => free(form), PATIENCE_MS);
  }, true);
  document.addEventListener("htmx:finally:request", event => {
    const form = event.target instanceof Element && event.target.closest("form");
    if (form) free(form);
  });
  addEventListener("pageshow", () => document.querySelectorAll(`[${UNDER_WAY}]`).forEach(free));
}
