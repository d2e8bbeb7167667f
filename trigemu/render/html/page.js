"use strict";
/* The contents list says which section is in view. */
(() => {
  const links = new Map([...document.querySelectorAll("nav a")].map((link) => [link.hash.slice(1), link]));
  if (!links.size || !("IntersectionObserver" in window)) return;
  const heads = [...document.querySelectorAll("main h2[id]")];
  const mark = () => {
    const above = heads.filter((head) => head.getBoundingClientRect().top < window.innerHeight / 3);
    const now = above.length ? above[above.length - 1].id : "";
    for (const [id, link] of links) {
      if (id === now) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  };
  const watch = new IntersectionObserver(mark, { threshold: [0, 1] });
  heads.forEach((head) => watch.observe(head));
  window.addEventListener("scroll", mark, { passive: true });
  mark();
})();
