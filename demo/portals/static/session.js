// Warns two minutes before the session ends and offers to stay. Without this script a page does the same.
"use strict";
(() => {
  const AGAIN_MS = 15000;
  const dialog = document.getElementById("sessie-dialoog");
  const words = document.getElementById("sessie-tekst");
  const status = document.getElementById("sessie-melding");
  const button = document.getElementById("sessie-blijf");
  const warnBefore = Number(dialog.dataset.warnBefore);
  const TYPING = "input, select, textarea";
  let timer = 0;
  let came = null;

  const later = (milliseconds) => { clearTimeout(timer); timer = setTimeout(look, milliseconds); };
  const over = () => location.assign(dialog.dataset.ended);

  function show(state) {
    document.getElementById("sessie-tijd").textContent = state.ends_at;
    words.textContent = state.can_stay
      ? "U heeft een tijd niets gedaan. Wilt u verder werken?"
      : "Langer kan een sessie niet duren. Rond af wat u doet en log daarna opnieuw in.";
    button.hidden = !state.can_stay;
    if (!dialog.hidden) return;
    dialog.hidden = false;
    document.body.classList.add("warned");
    status.textContent = `Uw sessie eindigt om ${state.ends_at}. ${words.textContent}`;
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
    document.body.classList.remove("warned");
    if (inside) (came && came !== document.body ? came : document.getElementById("inhoud")).focus({ preventScroll: true });
  }

  function take(state) {
    // Other scripts of the page may want to know what the server says of the session.
    document.dispatchEvent(new CustomEvent("sessie", { detail: state }));
    document.getElementById("sessie-einde").textContent = `Uw sessie beëindigt op ${state.ends_on} om ${state.ends_at}`;
    if (state.seconds_left > warnBefore) {
      hide();
      later(1000 * (state.seconds_left - warnBefore));
    } else {
      show(state);
      later(1000 * (state.seconds_left + 1));
    }
  }

  async function ask(url, method) {
    const answer = await fetch(url, { method, headers: { Accept: "application/json" }, cache: "no-store" });
    if (answer.status === 401) { over(); return null; }
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    return answer.json();
  }

  async function look() {
    try {
      const state = await ask(dialog.dataset.state, "GET");
      if (state) take(state);
    } catch {
      later(AGAIN_MS);
    }
  }

  dialog.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const state = await ask(event.target.action, "POST");
      if (!state) return;
      take(state);
      if (dialog.hidden) status.textContent = `U blijft ingelogd, tot ${state.ends_at}.`;
    } catch {
      words.textContent = status.textContent = "Dat lukte net niet. Probeer het nog een keer.";
    }
  });

  // Another tab, or another portal of this session, may have moved the end, and a sleeping machine slept through it.
  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
  later(1000 * Math.max(0, Number(dialog.dataset.secondsLeft) - warnBefore));
})();
