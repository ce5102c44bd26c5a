"use strict";
// Numbers on hover: each figure lists its places, and the nearest within reach tells its text.
for (const figure of document.querySelectorAll("figure[data-spots]")) {
  const { at, text } = JSON.parse(figure.dataset.spots);
  figure.removeAttribute("data-spots");
  if (!at) continue;
  const svg = figure.querySelector("svg"), told = figure.querySelector("output");
  const dot = document.createElementNS("http://www.w3.org/2000/svg", "circle");
  dot.setAttribute("class", "dot");
  dot.setAttribute("r", 5);
  dot.style.display = "none";
  svg.append(dot);
  const away = (v, low, high) => Math.max(low - v, 0, v - high);
  const hide = () => { told.hidden = true; dot.style.display = "none"; };
  const show = (event) => {
    const box = svg.getBoundingClientRect(), scale = svg.viewBox.baseVal.width / box.width;
    const x = (event.clientX - box.left) * scale, y = (event.clientY - box.top) * scale;
    let best = null, least = 24 * 24;
    for (const spot of at) {
      const dx = away(x, spot[0], spot[2]), dy = away(y, spot[1], spot[3]), distance = dx * dx + dy * dy;
      if (distance < least || (distance === least && distance === 0)) { least = distance; best = spot; }
    }
    if (!best) return hide();
    told.textContent = text[best[4]];
    told.hidden = false;
    const left = (best[0] + best[2]) / 2 / scale, top = (best[1] + best[3]) / 2 / scale;
    const visible = figure.scrollLeft + figure.clientWidth;
    told.style.left = Math.max(figure.scrollLeft, Math.min(left + 10, visible - told.offsetWidth - 2)) + "px";
    told.style.top = Math.max(0, top - told.offsetHeight - 8) + "px";
    const point = best[0] === best[2] && best[1] === best[3];
    dot.style.display = point ? "" : "none";
    dot.setAttribute("cx", best[0]);
    dot.setAttribute("cy", best[1]);
  };
  figure.addEventListener("pointermove", show);
  figure.addEventListener("pointerdown", show);
  figure.addEventListener("pointerleave", hide);
}
// A click on a heading sorts by its column; numbers by size, unknown ones last.
for (const table of document.querySelectorAll("table")) {
  const heads = [...table.tHead.rows[0].cells], body = table.tBodies[0];
  heads.forEach((head, column) => head.firstElementChild.addEventListener("click", () => {
    const down = head.getAttribute("aria-sort") === "ascending";
    heads.forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const numeric = head.classList.contains("number");
    const value = (row) => numeric ? parseFloat(row.cells[column].dataset.key) : row.cells[column].textContent;
    const order = (a, b) => {
      const x = value(a), y = value(b);
      if (numeric && (isNaN(x) || isNaN(y))) return isNaN(x) - isNaN(y);
      return (numeric ? x - y : x.localeCompare(y, undefined, { numeric: true })) * (down ? -1 : 1);
    };
    body.append(...[...body.rows].sort(order));
  }));
}
for (const button of document.querySelectorAll(".copy")) {
  button.addEventListener("click", () => {
    const pre = button.previousElementSibling;
    const range = document.createRange();
    range.selectNodeContents(pre);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    if (navigator.clipboard) navigator.clipboard.writeText(pre.textContent).catch(() => {});
    else document.execCommand("copy");
  });
}
