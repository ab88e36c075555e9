// The article view without a pointer: arrows from speakers to statements, and keys. Without this all pages work as well.
"use strict";
(() => {
  const article = document.querySelector(".article");
  if (!article) return;
  const text = article.querySelector(".text");
  const rows = [...article.querySelectorAll("ol.rows > li")];
  const marksOf = new Map();
  for (const mark of text.querySelectorAll("[data-rows]")) {
    for (const row of mark.dataset.rows.split(" ")) {
      if (!marksOf.has(row)) marksOf.set(row, []);
      marksOf.get(row).push(mark);
    }
  }

  const svg = (name, attributes) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  };
  const layer = svg("svg", { class: "arrow", "aria-hidden": "true" });
  const head = svg("marker", { id: "head", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto" });
  head.append(svg("path", { d: "M1 1 7 4 1 7" }));
  layer.append(head);
  text.append(layer);

  /** An arrow from who speaks to what is said. */
  const draw = (marks) => {
    layer.querySelector(".line")?.remove();
    const source = marks.find((mark) => mark.classList.contains("source"));
    const content = marks.find((mark) => mark.classList.contains("content") && mark !== source);
    if (!source || !content) return;
    const page = text.getBoundingClientRect();
    const from = source.getClientRects()[0];
    const boxes = [...content.getClientRects()];
    const behind = boxes[0].top > from.top || (boxes[0].top === from.top && boxes[0].left > from.left);
    const to = behind ? boxes[0] : boxes[boxes.length - 1];
    const start = [from.left + from.width / 2 - page.left, from.top - page.top];
    const end = [(behind ? to.left + 8 : to.right - 8) - page.left, to.top - page.top];
    const top = Math.min(start[1], end[1]) - 18;
    layer.append(svg("path", { class: "line", d: `M${start}C${start[0]} ${top} ${end[0]} ${top} ${end}`, "marker-end": "url(#head)" }));
  };

  let lit = null;
  const light = (row) => {
    if (lit === row) return;
    for (const element of article.querySelectorAll(".lit")) element.classList.remove("lit");
    lit = row;
    const marks = (row && marksOf.get(row.dataset.row)) || [];
    row?.classList.add("lit");
    marks.forEach((mark) => mark.classList.add("lit"));
    draw(marks);
  };
  const go = (row) => {
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
    light(row);
    marksOf.get(row.dataset.row)?.[0]?.scrollIntoView({ block: "nearest" });
  };

  rows.forEach((row) => {
    row.addEventListener("mouseenter", () => light(row));
    row.addEventListener("focusin", () => light(row));
  });
  text.addEventListener("mouseover", (event) => {
    const mark = event.target.closest("[data-rows]");
    if (mark) light(rows[Number(mark.dataset.rows.split(" ")[0])]);
  });
  text.addEventListener("click", (event) => {
    const mark = event.target.closest("[data-rows]");
    if (mark) go(rows[Number(mark.dataset.rows.split(" ")[0])]);
  });

  const verdicts = { r: "right", w: "wrong", u: "withdrawn" };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
    const at = rows.indexOf(lit);
    if (event.key === "j" && at + 1 < rows.length) go(rows[at + 1]);
    else if (event.key === "k" && at > 0) go(rows[at - 1]);
    else if (lit && verdicts[event.key]) lit.querySelector(`.correct button[value=${verdicts[event.key]}]`)?.click();
    else if (lit && event.key === "e") {
      const edit = lit.querySelector(".edit");
      if (!edit) return;
      edit.open = true;
      edit.querySelector("input[name=speaker]").focus();
    } else return;
    event.preventDefault();
  });

  const target = location.hash.startsWith("#row-") && document.getElementById(location.hash.slice(1));
  if (target) go(target);
})();
