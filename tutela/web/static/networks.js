"use strict";
// Without this script the page is whole: a picture, and a list that says the same in words.
{
  const one = (selector, under = document) => under.querySelector(selector);
  const all = (selector, under = document) => [...under.querySelectorAll(selector)];
  const facts = JSON.parse(one("#facts").textContent);
  const stage = one("#stage"), svg = one("#picture"), lit = one("#lit"), panel = one("#panel");
  const box = svg.getAttribute("viewBox").split(" ").map(Number), view = { x: 0, y: 0, w: box[2], h: box[3] };
  const ZOOM_MOST = 20, STEP = 1.25, NEAR_MOST = 40;
  const nodes = [], joined = [];
  let chosen = null;

  for (const use of all("#nodes use")) nodes[use.dataset.a] = use;
  for (let i = 0; i < facts.edges.length; i += 3) {
    const [a, b, kinds] = facts.edges.slice(i, i + 3);
    (joined[a] ??= []).push({ to: b, kinds });
    (joined[b] ??= []).push({ to: a, kinds });
  }
  const row = a => one(`[data-lead="${nodes[a].dataset.of}"]`);
  const at = a => [Number(nodes[a].getAttribute("x")), Number(nodes[a].getAttribute("y"))];
  const near = a => (joined[a] ?? []).slice().sort((x, y) => x.to - y.to);
  const kindsOf = bits => facts.kinds.filter((kind, n) => kind && bits >> n & 1).join(", ");
  const element = (tag, { text = "", ...rest } = {}) =>
    Object.assign(document.createElement(tag), { textContent: text, ...rest });

  function choose(a) {
    if (chosen !== null) row(chosen)?.classList.remove("chosen");
    chosen = a;
    const others = a === null ? [] : near(a);
    const bright = new Set([a, ...others.map(({ to }) => to)]);
    lit.setAttribute("d", others.map(({ to }) => `M${at(a).join(" ")}L${at(to).join(" ")}`).join(""));
    svg.classList.toggle("dim", a !== null);
    nodes.forEach((use, n) => {
      use.classList.toggle("bright", bright.has(n));
      use.classList.toggle("chosen", n === a);
    });
    panel.hidden = a === null;
    if (a !== null) tell(a, others);
  }

  function tell(a, others) {
    const list = element("ul"), mine = row(a);
    for (const { to, kinds } of others.slice(0, NEAR_MOST)) {
      const item = element("li"), button = element("button", { text: facts.names[to], type: "button" });
      button.onclick = () => { choose(to); look(at(to)); stage.focus(); };
      item.append(button, ` ${kindsOf(kinds)}`);
      list.append(item);
    }
    const go = element("a", { text: "Go to it in the list", href: `#${mine?.id ?? "members"}` });
    panel.replaceChildren(element("strong", { text: facts.names[a] }),
      element("p", { text: one(".why", mine ?? document)?.textContent ?? "", className: "words" }),
      element("p", { text: others.length ? `Joined to ${others.length} of the accounts drawn:` : "Joined to none of the accounts drawn." }), list, go);
    mine?.classList.add("chosen");
  }

  function paint() {
    svg.setAttribute("viewBox", `${view.x} ${view.y} ${view.w} ${view.h}`);
    const small = Math.max(1, 640 / Math.max(svg.clientWidth, 1)) ** 0.8;
    svg.style.setProperty("--k", String(small * (view.w / box[2]) ** 0.7));
  }
  function zoom(factor, [x, y] = [view.x + view.w / 2, view.y + view.h / 2]) {
    const w = Math.min(box[2] * 1.5, Math.max(box[2] / ZOOM_MOST, view.w / factor)), by = w / view.w;
    Object.assign(view, { x: x - (x - view.x) * by, y: y - (y - view.y) * by, w, h: view.h * by });
    paint();
  }
  function pan(dx, dy) { view.x += dx; view.y += dy; paint(); }
  function whole() { Object.assign(view, { x: 0, y: 0, w: box[2], h: box[3] }); paint(); }
  function look([x, y]) {
    const seen = x > view.x && x < view.x + view.w && y > view.y && y < view.y + view.h;
    if (!seen) pan(x - view.x - view.w / 2, y - view.y - view.h / 2);
  }
  function spot(event) {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    return [point.x, point.y];
  }
  function step(by) {
    const next = chosen === null ? 0 : (chosen + by + nodes.length) % nodes.length;
    choose(next);
    look(at(next));
  }

  let held = null, moved = 0, under = null;
  svg.addEventListener("pointerdown", event => {
    if (event.button) return;
    [held, moved, under] = [event, 0, event.target.dataset.a];
    svg.setPointerCapture(event.pointerId);
  });
  svg.addEventListener("pointermove", event => {
    if (!held) return;
    const [x0, y0] = spot(held), [x, y] = spot(event);
    moved += Math.hypot(event.clientX - held.clientX, event.clientY - held.clientY);
    held = event;
    if (moved >= 4) pan(x0 - x, y0 - y);
  });
  svg.addEventListener("pointerup", () => {
    if (held && moved < 4) choose(under === undefined ? null : Number(under));
    held = null;
  });
  svg.addEventListener("pointercancel", () => { held = null; });
  stage.addEventListener("wheel", event => {
    if (!(event.ctrlKey || event.metaKey || document.activeElement === stage)) return;
    event.preventDefault();
    zoom(STEP ** -Math.sign(event.deltaY), spot(event));
  }, { passive: false });

  const keys = {
    ArrowLeft: () => pan(-view.w / 12, 0), ArrowRight: () => pan(view.w / 12, 0),
    ArrowUp: () => pan(0, -view.h / 12), ArrowDown: () => pan(0, view.h / 12),
    "+": () => zoom(STEP), "=": () => zoom(STEP), "-": () => zoom(1 / STEP), 0: whole,
    n: () => step(1), p: () => step(-1), Escape: () => choose(null),
  };
  stage.addEventListener("keydown", event => {
    if (event.target !== stage || event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
  for (const each of all("[data-script]")) each.hidden = false;
  one("#in").onclick = () => zoom(STEP);
  one("#out").onclick = () => zoom(1 / STEP);
  one("#whole").onclick = whole;
  addEventListener("resize", paint);
  paint();
}
