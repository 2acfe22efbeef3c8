// Lets a person see the password that they type. Without a script the box is not there, and nothing else is missing.
// Before it is sent the field is a password field again, so that no browser remembers it as a text.
"use strict";

(() => {
  for (const line of document.querySelectorAll("[data-shows]")) {
    const field = document.getElementById(line.dataset.shows);
    const box = line.querySelector("input[type=checkbox]");
    if (!field || !box) {
      continue;
    }
    box.checked = false;
    line.hidden = false;
    box.addEventListener("change", () => {
      field.type = box.checked ? "text" : "password";
    });
    field.form.addEventListener("submit", () => {
      field.type = "password";
      box.checked = false;
    });
  }
})();
