"use strict";
// Says whether the page is live. Server-sent events change it; where none come through, it asks.
const board = document.getElementById("board");
const pulse = document.getElementById("pulse");
const PATIENCE_MS = 15000;
let heardAt = Date.now();
let away = false;

function tell(words, kind) {
  pulse.hidden = false;
  pulse.className = "lamp " + kind;
  pulse.textContent = words;
  board.classList.toggle("away", kind === "bad");
  away = kind === "bad";
}
function heard() { heardAt = Date.now(); tell("live", "good"); }

board.addEventListener("htmx:sse:after:connection", heard);
board.addEventListener("htmx:sse:after:message", (event) => {
  if (event.detail.message && event.detail.message.event) return;
  heard();
});
board.addEventListener("same", heard);
board.addEventListener("away", () => { heardAt = Date.now(); tell("the database is away", "bad"); });
board.addEventListener("htmx:sse:error", (event) => {
  if (event.detail.status === 401) { location.reload(); return; }
  tell("not connected", "bad");
});
board.addEventListener("htmx:sse:close", () => tell("not connected", "bad"));

async function ask() {
  try {
    const answer = await fetch(board.dataset.live, { headers: { "HX-Request": "true" } });
    if (answer.status === 401) { location.reload(); return; }
    if (!answer.ok) { tell("not connected", "bad"); return; }
    board.innerHTML = await answer.text();
    tell("asks every few seconds", "good");
  } catch { tell("not connected", "bad"); }
}
setInterval(() => {
  if (!document.hidden && (away || Date.now() - heardAt > PATIENCE_MS)) ask();
}, 5000);
