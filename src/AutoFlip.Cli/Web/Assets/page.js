// Which figures there are, and when they are drawn: none before it is near.
const kinds = { lines: Lines, bars: Bars, heatmap: Heat };

const views = new Map(); // place -> view, of the figures drawn so far
let specs = JSON.parse(document.getElementById("charts").textContent);

const mount = figure => {
  const place = figure.dataset.chart, spec = specs[place];
  if (!spec || !figure.isConnected || views.has(place)) return; // a live page may have replaced it between being seen and this
  views.set(place, new kinds[spec.kind](figure, spec));
  figure.dataset.drawn = "";
  sizes.observe(figure);
};
const sizes = new ResizeObserver(entries => {
  for (const { target, contentRect } of entries) {
    const view = views.get(target.dataset.chart);
    if (!view || contentRect.width === 0 || view.drawnAt === contentRect.width) continue;
    if (view.drawnAt !== undefined) view.draw();
    view.drawnAt = contentRect.width;
  }
});
const seen = new IntersectionObserver(entries => {
  for (const { target, isIntersecting } of entries) if (isIntersecting) {
    seen.unobserve(target);
    mount(target);
  }
}, { rootMargin: "300px" });
const watch = () => document.querySelectorAll("figure[data-chart]:not([data-drawn])").forEach(figure => seen.observe(figure));
const redraw = () => views.forEach(view => { if (view.plot.clientWidth > 0) view.draw(); });

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
addEventListener("beforeprint", () => {
  document.documentElement.classList.add("on-paper");
  document.querySelectorAll("figure[data-chart]").forEach(figure => { if (figure.offsetParent) mount(figure); });
  redraw();
});
addEventListener("afterprint", () => {
  document.documentElement.classList.remove("on-paper");
  redraw();
});
const open = () => {
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let at = target; at; at = at.parentElement) if (at.localName === "details") at.open = true;
  if (target) target.scrollIntoView();
};
addEventListener("hashchange", open);
watch();
open();
