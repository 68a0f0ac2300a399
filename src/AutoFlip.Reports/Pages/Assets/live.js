// A live page: what the server sends takes the place of what is shown; what the reader opened, scrolled, zoomed and hid stays.
const main = document.getElementById("content"), status = document.getElementById("live"), events = document.body.dataset.events;

const take = page => {
  const fresh = document.createElement("template");
  fresh.innerHTML = page.content;
  specs = page.charts;
  const opened = new Set([...main.querySelectorAll("details[open][id]")].map(details => details.id));
  const scrolled = [...main.querySelectorAll(".scroll[id]")].map(region => [region.id, region.scrollLeft, region.scrollTop]);
  const focus = main.contains(document.activeElement) ? document.activeElement : null, top = scrollY;
  for (const details of fresh.content.querySelectorAll("details[id]")) if (opened.has(details.id)) details.open = true;
  const kept = new Set();
  for (const figure of fresh.content.querySelectorAll("figure[data-chart]")) {
    const place = figure.dataset.chart, view = views.get(place);
    if (!view || !specs[place] || kinds[specs[place].kind] !== view.constructor) continue;
    for (const part of ["figcaption", ".note"]) view.figure.querySelector(part).replaceWith(figure.querySelector(part));
    figure.replaceWith(view.figure);
    kept.add(place);
  }
  for (const [place, view] of views) if (!kept.has(place)) {
    sizes.unobserve(view.figure);
    views.delete(place);
  }
  main.replaceChildren(fresh.content);
  document.title = `${page.title} - AutoFLIP`;
  for (const [id, left, down] of scrolled) {
    const region = document.getElementById(id);
    if (region) [region.scrollLeft, region.scrollTop] = [left, down];
  }
  for (const place of kept) safely(() => views.get(place).take(specs[place]));
  const again = focus && (focus.isConnected ? focus : focus.id && document.getElementById(focus.id));
  if (again) again.focus({ preventScroll: true });
  scrollTo({ left: scrollX, top, behavior: "instant" });
  watch();
};

if (events) {
  const say = (state, text) => {
    status.dataset.state = state;
    status.textContent = text;
  };
  const source = new EventSource(events);
  let last = "";
  say("waits", "connecting");
  source.addEventListener("page", event => {
    const page = JSON.parse(event.data);
    take(page);
    last = page.progress;
    say(page.ended ? "ended" : "live", page.ended ? last : `live: ${last}`);
  });
  source.addEventListener("end", () => {
    source.close();
    say("ended", `no longer live: ${last}`);
  });
  source.addEventListener("error", () => {
    say("waits", source.readyState === EventSource.CLOSED
      ? "not kept up to date: the live view has too many open pages; close one, then reload"
      : `connection lost, trying again; last seen: ${last || "nothing"}`);
  });
}
