// Leaves the page at once and takes its place in the history; Esc three times does the same.
(() => {
  const exit = document.querySelector("a.exit");
  if (!exit) return;
  const PRESSES = 3, WITHIN_MS = 2000;
  let presses = [];
  const leave = () => {
    document.title = " ";
    document.body.replaceChildren();
    location.replace(exit.href);
  };
  exit.addEventListener("click", (event) => {
    event.preventDefault();
    leave();
  });
  addEventListener("keydown", (event) => {
    presses = event.key === "Escape" ? [...presses, event.timeStamp].slice(-PRESSES) : [];
    if (presses.length === PRESSES && presses[PRESSES - 1] - presses[0] < WITHIN_MS) leave();
  });
  document.querySelectorAll(".with-script").forEach((each) => { each.hidden = false; });
})();
