"use strict";
/* Sorting and filtering of the page's tables. Without it they are as they were written. */
(() => {
  const missing = (cell) => cell.dataset.v === undefined && /^[–\s]*$/.test(cell.textContent);
  const units = (body) => {
    /* A row and the line of details below it move together. */
    const found = [];
    for (const row of body.rows) {
      if (row.classList.contains("group")) continue;
      if (row.classList.contains("more")) found[found.length - 1].push(row);
      else found.push([row]);
    }
    return found;
  };
  const compare = (column, sign) => (a, b) => {
    const x = a[0].cells[column], y = b[0].cells[column];
    const none = missing(x) - missing(y);
    if (none || missing(x)) return none;
    const p = Number(x.dataset.v), q = Number(y.dataset.v);
    if (x.dataset.v !== undefined && y.dataset.v !== undefined && !isNaN(p) && !isNaN(q)) return sign * (p - q);
    return sign * x.textContent.localeCompare(y.textContent, undefined, { numeric: true });
  };
  const sortable = (table) => {
    const heads = [...table.tHead.rows[0].cells];
    const bodies = [...table.tBodies];
    const written = bodies.map(units);
    heads.forEach((head, column) => {
      if (!head.textContent.trim()) return;
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      head.setAttribute("aria-sort", "none");
      button.addEventListener("click", () => {
        /* The first click puts large numbers, and the beginning of the alphabet, first; the third restores. */
        const order = head.classList.contains("num") ? ["descending", "ascending"] : ["ascending", "descending"];
        const next = order[order.indexOf(head.getAttribute("aria-sort")) + 1] || "none";
        heads.forEach((each) => each.hasAttribute("aria-sort") && each.setAttribute("aria-sort", "none"));
        head.setAttribute("aria-sort", next);
        bodies.forEach((body, index) => {
          const rows = [...written[index]];
          if (next !== "none") rows.sort(compare(column, next === "ascending" ? 1 : -1));
          rows.forEach((unit) => body.append(...unit));
        });
      });
    });
    table.classList.add("live");
  };
  const filtered = (box, table) => {
    const tools = document.createElement("div");
    tools.className = "tools";
    const search = document.createElement("input");
    search.type = "search";
    search.placeholder = "filter";
    search.setAttribute("aria-label", `rows of "${box.dataset.name}" that contain`);
    tools.append(search);
    const choices = JSON.parse(box.dataset.choices || "[]").map(([name, values], index) => {
      const select = document.createElement("select");
      select.setAttribute("aria-label", name);
      select.append(new Option(`${name}: all`, ""), ...values.map((each) => new Option(each, each)));
      tools.append(select);
      return [select, `f${index}`];
    });
    if (table.querySelector(".more")) {
      const label = document.createElement("label");
      const details = document.createElement("input");
      details.type = "checkbox";
      details.checked = true;
      details.addEventListener("change", () => table.classList.toggle("plain", !details.checked));
      label.append(details, " details");
      tools.append(label);
    }
    const count = document.createElement("output");
    tools.append(count);
    const bodies = [...table.tBodies];
    const every = bodies.map((body) => units(body));
    const total = every.flat().length;
    const apply = () => {
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      let seen = 0;
      bodies.forEach((body, index) => {
        const group = body.querySelector(".group");
        let here = 0;
        for (const unit of every[index]) {
          const text = unit.map((row) => row.textContent).join(" ").toLowerCase();
          const shown = words.every((word) => text.includes(word)) &&
            choices.every(([select, key]) => !select.value || unit[0].dataset[key] === select.value);
          unit.forEach((row) => { row.hidden = !shown; });
          here += shown;
        }
        if (group) group.hidden = !here;
        seen += here;
      });
      count.textContent = seen === total ? `${total} rows` : `${seen} of ${total} rows`;
    };
    [search, ...choices.map(([select]) => select)].forEach((each) => each.addEventListener("input", apply));
    apply();
    box.prepend(tools);
  };
  for (const box of document.querySelectorAll(".fit")) {
    const table = box.querySelector("table");
    if (!table || !table.tHead || box.dataset.name === undefined) continue;
    sortable(table);
    if (box.dataset.choices !== undefined) filtered(box, table);
  }
})();
