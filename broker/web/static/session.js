// Warns two minutes before the session ends and offers to stay. Without this script a page does the same.
"use strict";

(() => {
  const AGAIN_MS = 15000;
  const TYPING = "input, select, textarea";
  const dialog = document.getElementById("session-warning");
  if (!dialog) return;
  const title = document.getElementById("session-warning-title");
  const words = document.getElementById("session-warning-text");
  const told = document.getElementById("session-told");
  const button = document.getElementById("session-stay");
  const line = document.getElementById("session-ends");
  const warnBefore = Number(dialog.dataset.warnBefore);
  let timer = 0;
  let came = null;

  const later = (milliseconds) => { clearTimeout(timer); timer = setTimeout(look, milliseconds); };
  const over = () => location.assign(dialog.dataset.over);
  const filled = (text, state) => text.replace("{day}", state.ends_on).replace("{time}", state.ends_at);

  function show(state) {
    title.textContent = filled(dialog.dataset.title, state);
    words.textContent = state.can_stay ? dialog.dataset.idle : dialog.dataset.last;
    button.hidden = !state.can_stay;
    if (!dialog.hidden) return;
    dialog.hidden = false;
    told.textContent = `${title.textContent}. ${words.textContent}`;
    // Whoever is typing goes on typing; everybody else finds the button under the finger.
    if (state.can_stay && !document.activeElement.matches(TYPING)) {
      came = document.activeElement;
      button.focus({ preventScroll: true });
    }
  }

  function hide() {
    if (dialog.hidden) return;
    const inside = dialog.contains(document.activeElement);
    dialog.hidden = true;
    if (!inside) return;
    const back = came && came !== document.body ? came : document.getElementById("content");
    back.focus({ preventScroll: true });
  }

  function take(state) {
    line.textContent = filled(line.dataset.words, state);
    if (state.seconds_left > warnBefore) {
      hide();
      later(1000 * (state.seconds_left - warnBefore));
    } else {
      show(state);
      later(1000 * (state.seconds_left + 1));
    }
  }

  async function ask(method, body) {
    const headers = { Accept: "application/json" };
    const answer = await fetch(dialog.dataset.session, { method, body, headers, cache: "no-store" });
    // No session any more, or a form of before this browser got another secret: a page tells which.
    if (answer.status === 403) { over(); return null; }
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    return answer.json();
  }

  async function look() {
    try {
      const state = await ask("GET");
      if (state) take(state);
    } catch {
      later(AGAIN_MS);
    }
  }

  dialog.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const state = await ask("POST", new URLSearchParams(new FormData(event.target)));
      if (!state) return;
      take(state);
      if (dialog.hidden) told.textContent = filled(dialog.dataset.stays, state);
    } catch {
      words.textContent = told.textContent = dialog.dataset.failed;
    }
  });

  // Another tab or a portal of this session may have moved the end, and a sleeping machine slept through it.
  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
  later(1000 * Math.max(0, Number(dialog.dataset.secondsLeft) - warnBefore));
})();
