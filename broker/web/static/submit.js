// Sends on the one form of a page that only carries a message, so that nobody has to press the button.
// Whoever comes back with the browser's Back button is left alone: the message works only once.
"use strict";

(() => {
  const form = document.querySelector("form[data-submit-by-itself]");
  const [arrival] = performance.getEntriesByType("navigation");
  if (form && arrival?.type !== "back_forward") {
    form.requestSubmit();
  }
})();
