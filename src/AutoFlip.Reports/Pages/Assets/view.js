// What figures of all kinds have in common: a legend whose names hide, values under the pointer or the cursor keys, the same as a table.
const svgSpace = "http://www.w3.org/2000/svg";
const dashes = [[], [8, 4], [2, 3], [10, 3, 2, 3], [14, 5], [4, 2], [1, 4], [12, 3, 4, 3]];
const colours = 8;
const height = 240;

const add = (parent, name, attributes = {}, text) => {
  const element = parent.namespaceURI === svgSpace || name === "svg" ? document.createElementNS(svgSpace, name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  parent.append(element);
  return element;
};
const variable = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const colour = i => `--c${i % colours}`;
const faded = (hex, alpha) => hex + Math.round(alpha * 255).toString(16).padStart(2, "0");

// ---- a figure: what all kinds have in common

class View {
  constructor(figure, spec) {
    this.figure = figure;
    this.hidden = new Set();
    this.at = null; // the place under the pointer or the cursor keys
    this.head = add(figure, "div", { class: "head" });
    const line = add(figure, "div", { class: "over" });
    this.what = add(line, "span", { "aria-hidden": "true" }); // the vertical axis
    this.where = add(line, "span", { class: "where" });
    this.plot = add(figure, "div", { class: "plot", tabindex: "0", role: "group" });
    this.said = add(figure, "p", { class: "unseen", "aria-live": "polite" });
    this.numbers = add(figure, "details", { class: "numbers" });
    add(this.numbers, "summary", {}, "Numbers");
    this.numbers.addEventListener("toggle", () => this.list());
    this.plot.addEventListener("keydown", event => {
      if (event.ctrlKey || event.metaKey || event.altKey || !this.key(event.key)) return;
      event.preventDefault();
      this.said.textContent = this.sentence();
    });
    this.take(spec);
  }

  /// Other data, or the first.
  take(spec) {
    this.spec = spec;
    this.plot.setAttribute("aria-label", `${spec.title}. ${this.help}`);
    this.names = this.parts();
    this.legend();
    this.draw();
    this.list();
  }

  legend() {
    this.head.replaceChildren();
    const list = this.names.length > 0 ? add(this.head, "ul", { class: "legend" }) : null;
    this.values = this.names.map((name, i) => {
      const button = add(add(list, "li"), "button", { type: "button", "aria-pressed": String(!this.hidden.has(name)) });
      this.swatch(add(button, "svg", { class: "swatch", width: 26, height: 12, "aria-hidden": "true" }), i);
      add(button, "span", {}, name);
      button.addEventListener("click", () => {
        this.hidden.has(name) ? this.hidden.delete(name) : this.hidden.add(name);
        button.setAttribute("aria-pressed", String(!this.hidden.has(name)));
        this.toggled();
      });
      return add(button, "b");
    });
    this.reset = add(this.head, "button", { type: "button", class: "reset", hidden: "" }, "Show all");
    this.reset.addEventListener("click", () => this.all());
  }

  list() {
    if (!this.numbers.open) return;
    const { headers, rows } = this.table();
    const region = this.region ?? (this.region = add(this.numbers, "div", { class: "scroll tall", tabindex: "0", role: "group", "aria-label": `Numbers of ${this.spec.title}` }));
    const table = document.createElement("table");
    add(table, "caption", { class: "unseen" }, this.spec.title);
    const head = add(add(table, "thead"), "tr");
    for (const header of headers) add(head, "th", { scope: "col" }, header);
    const body = add(table, "tbody");
    for (const row of rows) {
      const line = add(body, "tr");
      row.forEach((cell, i) => i ? add(line, "td", {}, cell) : add(line, "th", { scope: "row" }, cell));
    }
    region.replaceChildren(table);
  }

  toggled() { this.draw(); }
  all() { }
  get width() { return Math.max(this.plot.clientWidth, 200); }
}
