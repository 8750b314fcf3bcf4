"use strict";
// Without this script the page is whole: a picture, and a list that says the same in words.
{
  const one = (selector, under = document) => under.querySelector(selector);
  const all = (selector, under = document) => [...under.querySelectorAll(selector)];
  const facts = JSON.parse(one("#facts").textContent);
  const stage = one("#stage"), svg = one("#picture"), lines = all("#lines path"), lit = one("#lit");
  const tip = one("#tip"), panel = one("#panel"), found = one("#found");
  const nodes = [], rows = [], edges = [], joined = [];
  const shown = { names: new Set(), every: false, first: Infinity, kinds: -1, hidden: new Set() };
  const view = { x: 0, y: 0, w: facts.box[2], h: facts.box[3] };
  const ZOOM_MOST = 40, STEP = 1.25, NEAR_MOST = 24;
  let chosen = null;

  for (const use of all("#nodes use")) nodes[use.dataset.a] = use;
  for (const row of all("[data-row]")) rows[row.dataset.row] = row;
  for (let i = 0; i < facts.edges.length; i += 3) {
    const [a, b, kinds] = facts.edges.slice(i, i + 3);
    edges.push({ a, b, kinds });
    (joined[a] ??= []).push({ to: b, kinds });
    (joined[b] ??= []).push({ to: a, kinds });
  }

  const handle = a => one("b", rows[a]).textContent;
  const number = a => Math.max(0, a - facts.seeds + 1);
  const isShown = a => number(a) <= shown.first && !shown.hidden.has(nodes[a].getAttribute("href"));
  const at = a => [Number(nodes[a].getAttribute("x")), Number(nodes[a].getAttribute("y"))];
  const line = ({ a, b }) => `M${at(a).join(" ")}L${at(b).join(" ")}`;
  const style = bits => Math.min(lines.length - 1, 31 - Math.clz32(bits));
  const kindsOf = bits => facts.kinds.filter((kind, n) => kind && bits >> n & 1).join(", ");
  const element = (tag, { text = "", ...rest } = {}) =>
    Object.assign(document.createElement(tag), { textContent: text, ...rest });

  // --- what is drawn and listed ---
  function draw() {
    const drawn = edges.filter(e => e.kinds & shown.kinds && isShown(e.a) && isShown(e.b));
    lines.forEach((path, n) => path.setAttribute("d", drawn.filter(e => style(e.kinds & shown.kinds) === n).map(line).join("")));
    nodes.forEach((use, a) => use.classList.toggle("gone", !isShown(a)));
    rows.forEach((row, a) => { row.hidden = !isShown(a); });
    light();
  }

  function light() {
    const near = chosen === null ? [] : nearest(chosen);
    lit.setAttribute("d", near.map(({ to }) => line({ a: chosen, b: to })).join(""));
    const bright = new Set([chosen, ...near.map(({ to }) => to)]);
    svg.classList.toggle("dim", chosen !== null);
    nodes.forEach((use, a) => {
      use.classList.toggle("bright", bright.has(a));
      use.classList.toggle("chosen", a === chosen);
    });
    rows.forEach((row, a) => row.classList.toggle("chosen", a === chosen));
  }

  function nearest(a) {
    return (joined[a] ?? []).filter(({ to, kinds }) => kinds & shown.kinds && isShown(to))
      .sort((x, y) => x.to - y.to);
  }

  // --- names ---
  function name(a) { return shown.every || shown.names.has(a) ? facts.names[a] : ""; }

  function paintNames() {
    rows.forEach((row, a) => { one(".name", row).textContent = name(a); });
    one("#names").textContent = shown.every ? "Hide names" : "Show names";
    one("#names").setAttribute("aria-pressed", String(shown.every));
    if (chosen !== null) tell(chosen);
  }

  function askForNames() {
    if (!shown.every) return one("#ask").showModal();
    shown.every = false;
    shown.names.clear();
    paintNames();
  }

  // --- one account ---
  function choose(a, { go = false } = {}) {
    chosen = a;
    light();
    if (a === null) { panel.hidden = true; return; }
    tell(a);
    if (go) rows[a].scrollIntoView({ block: "nearest" });
  }

  function tell(a) {
    const near = nearest(a);
    const head = element("h3", { text: handle(a), tabIndex: -1 });
    const said = element("p", { className: "said" });
    said.append(...[...(one(".why", rows[a])?.childNodes ?? [])].map(each => each.cloneNode(true)));
    panel.replaceChildren(head, nameLine(a), said, element("p", { text: counted(near) }), links(near));
    panel.hidden = false;
  }

  function counted(near) {
    if (!near.length) return "Joined to no account that is shown.";
    return `Joined to ${near.length} of the accounts shown${near.length > NEAR_MOST ? `; the first ${NEAR_MOST}:` : ":"}`;
  }

  function nameLine(a) {
    const p = element("p");
    if (name(a)) p.append(element("bdi", { text: name(a), className: "name" }));
    else if (facts.names.length) {
      const button = element("button", { text: "Show this name", type: "button" });
      button.onclick = () => { shown.names.add(a); paintNames(); };
      p.append(button);
    }
    return p;
  }

  function links(near) {
    const list = element("ul", { className: "near" });
    for (const { to, kinds } of near.slice(0, NEAR_MOST)) {
      const item = element("li"), button = element("button", { text: handle(to), type: "button" });
      button.onclick = () => { choose(to); one("h3", panel).focus(); };
      item.append(button, kindsOf(kinds) ? ` ${kindsOf(kinds)}` : "");
      list.append(item);
    }
    return list;
  }

  function find(text) {
    const asked = text.trim();
    const byHandle = /^(?:(lead|seed)\s+)?(\d+)$/i.exec(asked);
    const byName = facts.names.indexOf(asked);
    const a = byName >= 0 ? byName
      : byHandle ? rows.findIndex((_, n) => handle(n).toLowerCase() === `${byHandle[1] ?? "lead"} ${byHandle[2]}`.toLowerCase()) : -1;
    found.textContent = a < 0 ? "No account of this page is called so." : isShown(a) ? `This is ${handle(a)}.` : `${handle(a)} is hidden by what was set above.`;
    if (a < 0 || !isShown(a)) return;
    choose(a);
    look(at(a));
  }

  // --- the view ---
  function paint() {
    svg.setAttribute("viewBox", `${view.x} ${view.y} ${view.w} ${view.h}`);
    const small = Math.max(1, 640 / Math.max(svg.clientWidth, 1)) ** 0.8;
    svg.style.setProperty("--k", String(small * (view.w / facts.box[2]) ** 0.7));
  }

  function zoom(factor, [x, y] = [view.x + view.w / 2, view.y + view.h / 2]) {
    const w = Math.min(facts.box[2] * 1.5, Math.max(facts.box[2] / ZOOM_MOST, view.w / factor));
    const by = w / view.w;
    Object.assign(view, { x: x - (x - view.x) * by, y: y - (y - view.y) * by, w, h: view.h * by });
    paint();
  }

  function pan(dx, dy) { view.x += dx; view.y += dy; paint(); }
  function whole() { Object.assign(view, { x: 0, y: 0, w: facts.box[2], h: facts.box[3] }); paint(); }

  function look([x, y]) {
    const seen = x > view.x && x < view.x + view.w && y > view.y && y < view.y + view.h;
    if (!seen) pan(x - view.x - view.w / 2, y - view.y - view.h / 2);
  }

  function spot(event) {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    return [point.x, point.y];
  }

  // --- hand and keyboard ---
  const held = new Map();
  let dragged = null, moved = 0;

  svg.addEventListener("pointerdown", event => {
    if (event.button) return;
    held.set(event.pointerId, event);
    dragged = event.target.dataset.a === undefined ? null : Number(event.target.dataset.a);
    moved = 0;
    svg.setPointerCapture(event.pointerId);
  });
  svg.addEventListener("pointermove", event => {
    const before = held.get(event.pointerId);
    if (!before) return hover(event);
    const [x0, y0] = spot(before), [x, y] = spot(event);
    const other = [...held.values()].find(each => each.pointerId !== event.pointerId);
    moved += Math.hypot(event.clientX - before.clientX, event.clientY - before.clientY);
    held.set(event.pointerId, event);
    if (other) return pinch({ before, event, other });
    if (moved < 4) return;
    tip.hidden = true;
    if (dragged === null) return pan(x0 - x, y0 - y);
    const [nx, ny] = at(dragged);
    nodes[dragged].setAttribute("x", Math.round(nx + x - x0));
    nodes[dragged].setAttribute("y", Math.round(ny + y - y0));
    draw();
  });
  svg.addEventListener("pointerup", event => {
    held.delete(event.pointerId);
    if (moved < 4) choose(dragged);
  });
  svg.addEventListener("pointercancel", event => held.delete(event.pointerId));
  svg.addEventListener("pointerleave", () => { tip.hidden = true; });
  stage.addEventListener("wheel", event => {
    if (!(event.ctrlKey || event.metaKey || document.activeElement === stage)) return;
    event.preventDefault();
    zoom(STEP ** -Math.sign(event.deltaY), spot(event));
  }, { passive: false });

  function pinch({ before, event, other }) {
    const apart = each => Math.hypot(each.clientX - other.clientX, each.clientY - other.clientY);
    zoom(apart(event) / Math.max(apart(before), 1), spot(other));
  }

  function hover(event) {
    const a = event.target.dataset.a;
    tip.hidden = a === undefined;
    if (a === undefined) return;
    const why = one(".why", rows[a])?.textContent.split(/(?<=\.)\s/)[0] ?? "";
    tip.replaceChildren(element("b", { text: [handle(a), name(a)].filter(Boolean).join(" · ") }), element("span", { text: why }));
    const box = stage.getBoundingClientRect();
    const left = Math.min(event.clientX - box.left + 14, box.width - tip.offsetWidth - 4);
    tip.style.left = `${Math.max(4, left)}px`;
    tip.style.top = `${event.clientY - box.top + (event.clientY - box.top > box.height / 2 ? -tip.offsetHeight - 12 : 16)}px`;
  }

  function step(by) {
    const order = rows.map((_, a) => a).filter(isShown);
    const next = chosen === null ? 0 : (order.indexOf(chosen) + by + order.length) % order.length;
    if (order.length) choose(order[next]);
  }

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

  // --- what can be set, and what a person picks ---
  function picked() { return all("input.pick:checked").map(each => Number(each.value)); }

  function countPicked() {
    const count = picked().length;
    one("#save").disabled = !count;
    one("#save").textContent = count ? `Save ${count} picked` : "Save picked";
  }

  function save() {
    const text = picked().map(a => `${facts.names[a]}\n`).join("");
    const link = element("a", { download: "picked.txt", href: URL.createObjectURL(new Blob([text], { type: "text/plain" })) });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  function furnish(row, a) {
    const who = one(".who", row), button = element("button", { text: "", type: "button", className: "go" });
    button.append(one("b", who));
    button.onclick = () => { choose(a); look(at(a)); stage.scrollIntoView({ block: "nearest" }); };
    who.insertBefore(button, one(".name", who));
    if (!facts.names.length || !number(a)) return;
    const label = element("label", { className: "picker" });
    const box = element("input", { type: "checkbox", className: "pick", value: a, onchange: countPicked });
    label.append(box, element("span", { text: `Pick ${handle(a)}`, className: "unseen" }));
    who.prepend(label);
  }

  function set() {
    shown.first = Number(one("#first")?.value ?? Infinity);
    const boxes = all("#kinds input");
    shown.kinds = boxes.length ? boxes.reduce((bits, box) => bits | box.checked << box.value, 0) : -1;
    if (one("#first")) one("#how-many").textContent = `${shown.first}`;
    if (chosen !== null && !isShown(chosen)) choose(null);
    draw();
  }

  addEventListener("resize", paint);
  one(".folded")?.addEventListener("toggle", paint);
  rows.forEach(furnish);
  for (const each of all("[data-script]")) each.hidden = false;
  if (!facts.names.length) for (const each of all("#names, #save, #pick-all")) each.hidden = true;
  for (const item of all("[data-style]")) {
    const button = element("button", { type: "button" });
    button.setAttribute("aria-pressed", "true");
    button.append(...item.childNodes);
    button.onclick = () => {
      const off = button.getAttribute("aria-pressed") === "true";
      button.setAttribute("aria-pressed", String(!off));
      shown.hidden[off ? "add" : "delete"](item.dataset.style);
      set();
    };
    item.append(button);
  }
  one("#tools").addEventListener("input", set);
  one("#search").addEventListener("submit", event => { event.preventDefault(); find(one("#find").value); });
  one("#in").onclick = () => zoom(STEP);
  one("#out").onclick = () => zoom(1 / STEP);
  one("#whole").onclick = whole;
  one("#names").onclick = askForNames;
  one("#ask").addEventListener("close", () => {
    shown.every = one("#ask").returnValue === "show";
    paintNames();
  });
  one("#save").onclick = save;
  one("#pick-all").onclick = () => {
    const boxes = all("li:not([hidden]) > .who input.pick"), rest = boxes.filter(each => !each.checked);
    for (const box of rest.length ? rest : boxes) box.checked = rest.length > 0;
    countPicked();
  };
  countPicked();
  paint();
}
