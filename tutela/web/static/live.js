"use strict";
// Asks for the changing part of the page every two seconds; a page in the background waits.
const main = document.querySelector("[data-live]");
async function refresh() {
  if (!document.hidden) {
    try {
      const answer = await fetch(main.dataset.live, { headers: { "HX-Request": "true" } });
      if (answer.status === 401) { location.reload(); return; }
      if (answer.ok) { main.innerHTML = await answer.text(); main.classList.remove("away"); }
      else { main.classList.add("away"); }
    } catch { main.classList.add("away"); }
  }
  setTimeout(refresh, 2000);
}
setTimeout(refresh, 2000);
