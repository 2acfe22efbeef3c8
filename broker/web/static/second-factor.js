// Counts down until another code may be asked for, as the server said, and offers to print recovery codes.
// Nothing depends on it: without a script the page says how long to wait, and browsers print by themselves.
"use strict";

(() => {
  for (const line of document.querySelectorAll("[data-seconds]")) {
    const shown = line.querySelector(".seconds");
    const until = performance.now() + Number(line.dataset.seconds) * 1000;
    const timer = setInterval(() => {
      const left = Math.ceil((until - performance.now()) / 1000);
      if (left > 0) {
        shown.textContent = String(left);
      } else {
        clearInterval(timer);
        line.textContent = line.dataset.now;
      }
    }, 1000);
  }
  for (const place of document.querySelectorAll("[data-print]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button-secondary";
    button.textContent = place.dataset.print;
    button.addEventListener("click", () => window.print());
    place.replaceChildren(button);
    place.hidden = false;
  }
})();
