"use strict";
// Keeps the case while somebody works on it, says when it is lost, keeps what was typed, and sends a decision once.
// Other tabs of the same session are told, and drop what they kept.
(() => {
  const place = document.querySelector("[data-case]");
  if (!place) return;
  const { case: id, here, session } = place.dataset;
  const form = document.getElementById("decide");
  const decided = new BroadcastChannel("tutela-decided");
  const draftName = each => `tutela-draft-${session}-${each}`;
  const RENEW_AFTER_MS = 30_000, WARN_MS = 120_000;
  let token = place.dataset.token || null, until = Date.parse(place.dataset.until || "");
  let ahead = Date.now() - Date.parse(place.dataset.now);
  let renewedAt = Date.now(), activeAt = Date.now(), sending = false;

  for (const kept of Object.keys(sessionStorage)) {
    if (kept.startsWith("tutela-draft-") && !kept.startsWith(draftName(""))) sessionStorage.removeItem(kept);
  }
  if (place.dataset.settled) sessionStorage.removeItem(draftName(place.dataset.settled));
  if (place.dataset.state !== "open") sessionStorage.removeItem(draftName(id));

  async function ask(what, fields, options = {}) {
    return fetch(`${here}/${what}`, { method: "POST", headers: { "HX-Request": "true" }, body: new URLSearchParams(fields), ...options });
  }
  function lost(why) {
    token = null;
    document.getElementById("lease-why").textContent = why;
    document.getElementById("lease-lost").hidden = false;
    document.getElementById("lease").textContent = "Not yours";
  }
  function keep(told) {
    token = told.lease_token; until = Date.parse(told.lease_until); renewedAt = Date.now();
    document.querySelectorAll("input[name=lease_token]").forEach(each => { each.value = token; });
    document.getElementById("lease-lost").hidden = true;
    document.querySelectorAll("#fault").forEach(each => each.replaceChildren());
    count();
  }
  async function renew() {
    renewedAt = Date.now();
    try {
      const answer = await ask("renew", { lease_token: token });
      if (answer.ok) keep(await answer.json());
      else if (answer.status === 409 || answer.status === 404) lost("The lease ran out, was given back or went to somebody else.");
      else if (answer.status === 401) tell(await answer.text());
    } catch { /* the count goes on; the next sign of life asks again */ }
  }
  function left() { return until + ahead - Date.now(); }
  function count() {
    const shown = document.getElementById("lease");
    if (!shown || token === null) return;
    const ms = left();
    if (ms <= 0) { lost("Its lease ran out."); return; }
    const seconds = Math.floor(ms / 1000), minutes = Math.floor(seconds / 60);
    shown.textContent = `Yours for ${minutes}:${String(seconds % 60).padStart(2, "0")}` + (ms < WARN_MS ? " more: go on, or it is lost" : " more");
    shown.classList.toggle("bad", ms < WARN_MS);
    if (activeAt > renewedAt && Date.now() - renewedAt > RENEW_AFTER_MS) renew();
  }
  function tell(html) {
    const fault = document.getElementById("fault");
    fault.innerHTML = html;
    fault.scrollIntoView({ block: "nearest" });
  }
  function say(title, text) {
    const box = document.createElement("div"), head = document.createElement("strong");
    box.className = "fault"; head.textContent = title; box.append(head, " ", text);
    const fault = document.getElementById("fault");
    fault.replaceChildren(box);
    fault.scrollIntoView({ block: "nearest" });
  }

  function shut() {
    token = null; sending = true;
    sessionStorage.removeItem(draftName(id));
    for (const each of form.elements) {
      if (each.matches("textarea, input:not([type=radio], [type=checkbox])")) each.readOnly = true; else each.disabled = true;
    }
    document.getElementById("lease").textContent = "Not yours";
    say("It was decided in another tab.", "What you wrote here was not sent; copy what you need of it, and open the page again to see how the case stands.");
  }

  if (token) {
    for (const sign of ["keydown", "pointerdown", "scroll", "input"]) addEventListener(sign, () => { activeAt = Date.now(); }, { passive: true, capture: true });
    addEventListener("pagehide", () => { if (token && !sending) ask("leave", { lease_token: token }, { keepalive: true }).catch(() => {}); });
    addEventListener("pageshow", event => { if (event.persisted) location.reload(); });
    setInterval(count, 1000);
    renew();
    document.getElementById("claim-again").addEventListener("click", async () => {
      try {
        const answer = await ask("claim", {});
        if (answer.ok) keep(await answer.json()); else tell(await answer.text());
      } catch { say("No connection.", "The case could not be claimed; try again."); }
    });
  }

  if (!form) return;
  const fields = () => [...form.elements].filter(each => each.name && each.type !== "hidden" && each.type !== "submit");
  function save() {
    const kept = fields().map(each => [each.name, each.type === "radio" || each.type === "checkbox" ? [each.value, each.checked] : each.value]);
    sessionStorage.setItem(draftName(id), JSON.stringify(kept));
  }
  function restore() {
    const kept = JSON.parse(sessionStorage.getItem(draftName(id)) || "[]");
    for (const [name, said] of kept) {
      for (const each of fields().filter(field => field.name === name)) {
        if (!Array.isArray(said)) each.value = said; else if (each.value === said[0]) each.checked = said[1];
      }
    }
    if (kept.length) document.getElementById("sending").textContent = "What you wrote before is here again.";
  }
  function unfold() {
    const acts = form.querySelector("input[name=outcome][value=act]").checked;
    form.querySelector(".to-act").hidden = !acts;
  }
  function countAlike() {
    const told = document.getElementById("alike-count");
    if (!told) return;
    const more = form.querySelectorAll("input[name=alike]:checked").length;
    told.textContent = more ? `This form takes ${more + 1} decisions: this case and ${more} like it.` : "This form takes one decision.";
  }
  const reasons = form.querySelector(".reasons");
  if (reasons) {
    reasons.hidden = false;
    reasons.addEventListener("click", event => {
      const chosen = event.target.closest("button");
      if (!chosen) return;
      const { key: _, outcome, ground, ...words } = chosen.dataset;
      form.querySelector(`input[name=outcome][value=${outcome}]`).checked = true;
      if (ground) form.querySelector(`input[name=ground][value=${ground}]`).checked = true;
      for (const [name, text] of Object.entries(words)) {
        if (text && form.elements[name]) form.elements[name].value = text;
      }
      form.dispatchEvent(new Event("input"));
      document.getElementById("explanation").focus();
    });
  }
  restore();
  unfold();
  countAlike();
  decided.addEventListener("message", ({ data }) => { if (data === draftName(id)) shut(); });
  form.addEventListener("input", () => { save(); unfold(); countAlike(); });
  form.addEventListener("submit", async event => {
    event.preventDefault();
    if (sending) return;
    sending = true;
    const told = new FormData(form);
    const by = event.submitter || form.querySelector("button[name=then]");
    told.set("then", by.value);
    const status = document.getElementById("sending");
    status.textContent = "Sending";
    form.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.action, { method: "POST", headers: { "HX-Request": "true" }, body: new URLSearchParams(told) });
      const onward = answer.headers.get("HX-Redirect");
      if (answer.ok && onward) {
        sessionStorage.removeItem(draftName(id));
        decided.postMessage(draftName(id));
        token = null;
        location.assign(onward);
        return;
      }
      tell(await answer.text());
      status.textContent = "Nothing was decided; what you wrote is still here.";
      if (answer.status === 409) await renew();
    } catch {
      say("No connection.", "It is not known whether the decision arrived. Send it again: it is taken once, however often it is sent.");
      status.textContent = "";
    }
    sending = false;
    form.removeAttribute("aria-busy");
  });
})();
