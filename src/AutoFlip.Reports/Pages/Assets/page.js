// Which figures there are, and when they are drawn: those near the screen at once, the others one by one when the browser has time.
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
  for (const { target } of entries) {
    const view = views.get(target.dataset.chart);
    if (view && view.plot.clientWidth > 0 && view.plot.clientWidth !== view.drawnFor) safely(() => view.draw());
  }
});
const seen = new IntersectionObserver(entries => {
  for (const { target, isIntersecting } of entries) if (isIntersecting) {
    seen.unobserve(target);
    safely(() => mount(target));
  }
}, { rootMargin: "300px" });

/// One figure's fault is shown in the console, and costs no other figure.
const safely = act => {
  try {
    act();
  } catch (fault) {
    reportError(fault);
  }
};

const soon = window.requestIdleCallback ?? (act => setTimeout(act, 50)); // Safari lacks it
let waiting = [];
const drawNext = () => {
  const figure = waiting.shift();
  if (!figure) return;
  if (figure.checkVisibility()) safely(() => mount(figure)); // inside closed details it waits for the observer
  soon(drawNext);
};
const watch = () => {
  const idle = waiting.length === 0;
  waiting = [...document.querySelectorAll("figure[data-chart]:not([data-drawn])")];
  waiting.forEach(figure => seen.observe(figure));
  if (idle) soon(drawNext);
};
const redraw = () => views.forEach(view => { if (view.plot.clientWidth > 0) safely(() => view.draw()); });

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
addEventListener("beforeprint", () => {
  document.documentElement.classList.add("on-paper");
  document.querySelectorAll("figure[data-chart]").forEach(figure => { if (figure.checkVisibility()) safely(() => mount(figure)); });
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
