// The list of relations closes with Escape or a press beside it; another tab's switch is told in this one.
"use strict";
(() => {
  const list = document.getElementById("relaties");
  if (list) {
    const summary = list.querySelector("summary");
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !list.open) return;
      list.open = false;
      summary.focus();
    });
    document.addEventListener("click", (event) => {
      if (!list.contains(event.target)) list.open = false;
    });
  }

  const mine = document.querySelector("[data-relation]");
  const notice = document.getElementById("relatie-melding");
  if (!mine || !notice) return;
  document.addEventListener("sessie", (event) => {
    const { relation, relation_name: name } = event.detail;
    notice.hidden = relation === undefined || relation === mine.dataset.relation;
    if (!notice.hidden) notice.textContent = `U werkt intussen, in een ander tabblad, voor ${name}. Deze pagina is van daarvoor.`;
  });
})();
