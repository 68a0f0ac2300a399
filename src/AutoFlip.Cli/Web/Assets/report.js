// Draws the figures of a report and, on a live page, takes over what changed. No figure is drawn before it is seen.
"use strict";
(() => {
  const svgSpace = "http://www.w3.org/2000/svg";
  const dashes = [[], [8, 4], [2, 3], [10, 3, 2, 3], [14, 5], [4, 2], [1, 4], [12, 3, 4, 3]];
  const colours = 8;
  const height = 240;
  const views = new Map(); // place -> view, of the figures drawn so far
  let specs = JSON.parse(document.getElementById("charts").textContent);

  // ---- numbers

  const round3 = v => {
    const a = Math.abs(v);
    return a >= 99.95 ? v.toFixed(0) : a >= 9.995 ? v.toFixed(1) : v.toFixed(2);
  };
  const scaled = (v, units, unit) => {
    let a = v, i = 0;
    for (; Math.abs(a) >= 999.5 && i < units.length - 1; i++) a /= 1000;
    return `${i === 0 && Number.isInteger(a) ? a : round3(a)} ${units[i]}${unit}`.trim();
  };
  const plain = v => {
    if (v === 0) return "0";
    const a = Math.abs(v);
    return a >= 1e9 || a < 1e-3 ? v.toExponential(2) : a >= 1000 ? v.toLocaleString("en-US", { maximumFractionDigits: 1 }) : a >= 100 ? v.toFixed(1) : v.toPrecision(4).replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");
  };
  const formats = {
    Number: plain,
    Count: v => Number.isInteger(v) ? v.toLocaleString("en-US") : v.toLocaleString("en-US", { maximumFractionDigits: 1 }),
    Share: v => `${(v * 100).toFixed(Math.abs(v) > 0 && Math.abs(v) < 0.01 ? 2 : 1)} %`,
    Bytes: v => scaled(v, ["", "k", "M", "G", "T", "P"], "B"),
    Seconds: v => v >= 3600 ? `${Math.floor(v / 3600)} h ${Math.round(v % 3600 / 60)} min` : v >= 60 ? `${Math.floor(v / 60)}:${String(Math.floor(v % 60)).padStart(2, "0")}` : v < 0.1 && v > 0 ? `${plain(v * 1000)} ms` : `${plain(v)} s`,
    Macs: v => scaled(v, ["", "k", "M", "G", "T", "P", "E"], "MAC"),
  };
  const show = (axis, v) => v == null ? "–" : formats[axis.unit](v);
  const tick = (axis, v, step) => {
    if (v == null) return "";
    if (axis.unit === "Share") return `${(v * 100).toFixed(step && step < 0.01 ? step < 0.001 ? 2 : 1 : 0)} %`;
    if (axis.unit === "Count" && Math.abs(v) >= 1e5) return scaled(v, ["", "k", "M", "G"], "");
    return show(axis, v);
  };

  // ---- elements

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

  // ---- lines

  class Lines extends View {
    get help() { return "Arrow keys read values, plus and minus zoom, Escape shows all."; }
    parts() { return this.spec.lines.map(line => line.name); }

    swatch(svg, i) {
      add(svg, "line", { x1: 1, x2: 25, y1: 6, y2: 6, class: `stroke${i % colours}`, "stroke-width": 2.5, "stroke-dasharray": dashes[i % dashes.length].join(" ") });
    }

    /// One row of x for all lines; a line has gaps where only others have points.
    data() {
      const { xs, lines, y } = this.spec;
      const places = xs.length === 1 ? xs[0] : [...new Set(xs.flat())].sort((a, b) => a - b);
      const index = new Map(places.map((x, i) => [x, i]));
      const columns = [], bands = [];
      for (const line of lines) {
        const column = new Array(places.length).fill(null), low = line.spread && column.slice(), high = line.spread && column.slice();
        line.y.forEach((value, i) => {
          const at = index.get(xs[line.x][i]);
          column[at] = value;
          if (!line.spread || value == null) return;
          const share = y.unit === "Share";
          low[at] = share ? Math.max(value - line.spread[i], 0) : value - line.spread[i];
          high[at] = share ? Math.min(value + line.spread[i], 1) : value + line.spread[i];
          if (y.log && low[at] <= 0) low[at] = value;
        });
        columns.push(column);
        bands.push(low ? [high, low] : null);
      }
      return { places, columns, bands };
    }

    draw() {
      const zoom = this.zoom, label = variable("--muted"), grid = variable("--grid"), font = `12px ${variable("--font")}`;
      const { x, y, lines } = this.spec;
      const { places, columns, bands } = this.now = this.data();
      const few = places.length <= 30;
      const series = [{}], band = [], data = [places];
      lines.forEach((line, i) => {
        const ink = variable(colour(i));
        series.push({
          label: line.name, stroke: ink, width: 2, dash: dashes[i % dashes.length], spanGaps: true, show: !this.hidden.has(line.name),
          points: { show: few || line.y.length === 1, size: 5, fill: ink, stroke: ink },
        });
        data.push(columns[i]);
      });
      bands.forEach((pair, i) => {
        if (!pair) return;
        const at = series.length;
        for (const side of pair) {
          series.push({ stroke: "transparent", width: 0, points: { show: false }, spanGaps: true, show: !this.hidden.has(lines[i].name) });
          data.push(side);
        }
        band.push({ series: [at, at + 1], fill: faded(variable(colour(i)), 0.16) });
      });
      this.chart?.destroy();
      this.plot.replaceChildren();
      const whole = axis => axis.unit === "Count" ? { incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 1e6, 1e7, 1e8, 1e9] } : {};
      const decades = (_, splits) => splits.map(v => v != null && Math.abs(Math.log10(v) - Math.round(Math.log10(v))) < 1e-6 ? v : null);
      const axis = (scale, extra) => ({
        stroke: label, font, grid: { stroke: grid, width: 1, ...(scale.log ? { filter: decades } : {}) }, ticks: { show: false }, gap: 6,
        values: (_, splits, __, ___, step) => splits.map(v => tick(scale, v, step)), ...(scale.log ? { filter: decades } : whole(scale)), ...extra,
      });
      this.chart = new uPlot({
        width: this.width, height,
        padding: [6, 14, 0, 0],
        scales: {
          x: { time: false, distr: x.log ? 3 : 1, range: (_, low, high) => zoom ?? (low === high ? [low - 0.5, high + 0.5] : [low, high]) },
          y: y.log ? { distr: 3 } : { range: (_, low, high) => this.span(low, high) },
        },
        axes: [axis(x, { space: x.unit === "Bytes" || x.unit === "Macs" ? 95 : 60, size: 30 }), axis(y, { space: 34, size: (_, values) => 14 + 7 * Math.max(...(values ?? [""]).map(value => (value ?? "").length), 2) })],
        series, bands: band, legend: { show: false },
        cursor: { points: { size: 7 }, drag: { x: true, y: false, dist: 5 }, focus: lines.length > 1 ? { prox: 24 } : undefined, y: false },
        focus: { alpha: lines.length > 1 ? 0.35 : 1 },
        hooks: {
          setCursor: [chart => { if (this.pointed) this.read(chart.cursor.idx); }], // not when the chart sets it itself
          setSelect: [chart => {
            const { left, width } = chart.select;
            if (width > 5) this.window(chart.posToVal(left, "x"), chart.posToVal(left + width, "x"));
          }],
        },
      }, data, this.plot);
      this.pointed = false;
      for (const event of ["mouseenter", "mousemove"]) this.chart.over.addEventListener(event, () => { this.pointed = true; }, true);
      this.chart.over.addEventListener("dblclick", () => this.all());
      this.what.textContent = y.label;
      add(this.plot, "span", { class: "xlabel", "aria-hidden": "true" }, x.label);
      this.reset.hidden = !zoom;
      this.read(this.at);
    }

    /// What the vertical axis shows: sums and counts from 0 on, shares within [0, 1].
    span(low, high) {
      if (low == null) return [0, 1];
      const { unit } = this.spec.y;
      if (unit !== "Number" && unit !== "Share") return [0, high > 0 ? high * 1.06 : 1];
      const [from, to] = uPlot.rangeNum(low, high, 0.08, true);
      return unit === "Share" ? [Math.max(from, 0), Math.min(to, 1.02)] : [low >= 0 ? Math.max(from, 0) : from, to];
    }

    window(low, high) {
      this.zoom = [low, high];
      this.draw();
    }

    all() {
      this.zoom = null;
      this.draw();
    }

    read(at) {
      const { places, columns } = this.now;
      this.at = at != null && at < places.length ? at : null;
      const shown = this.at ?? places.length - 1;
      this.where.textContent = `${this.spec.x.label} ${show(this.spec.x, places[shown])}`;
      columns.forEach((column, i) => {
        let k = shown;
        while (k > 0 && column[k] == null) k--; // a line without a point here: its last one before
        this.values[i].textContent = show(this.spec.y, column[k]);
      });
    }

    key(key) {
      const { places } = this.now;
      const [low, high] = this.zoom ?? [places[0], places[places.length - 1]];
      const at = this.at ?? places.length - 1;
      const move = to => {
        to = Math.min(Math.max(to, 0), places.length - 1);
        const { chart } = this;
        this.pointed = false;
        chart.setCursor({ left: chart.valToPos(places[to], "x"), top: chart.over.clientHeight / 2 });
        this.read(to);
      };
      const scale = factor => {
        const middle = places[at], half = (high - low) * factor / 2, first = places[0], last = places[places.length - 1];
        const from = Math.max(middle - half, first), to = Math.min(middle + half, last);
        if (from <= first && to >= last) this.all();
        else this.window(from, to);
      };
      switch (key) {
        case "ArrowLeft": move(at - 1); break;
        case "ArrowRight": move(at + 1); break;
        case "Home": move(0); break;
        case "End": move(places.length - 1); break;
        case "+": case "=": scale(0.5); break;
        case "-": scale(2); break;
        case "Escape": case "0": this.all(); break;
        default: return false;
      }
      return true;
    }

    sentence() {
      return `${this.where.textContent}: ${this.names.map((name, i) => this.hidden.has(name) ? "" : `${name} ${this.values[i].textContent}`).filter(text => text).join(", ")}`;
    }

    table() {
      const { places, columns } = this.now;
      return {
        headers: [this.spec.x.label, ...this.names],
        rows: places.map((x, i) => [show(this.spec.x, x), ...columns.map(column => column[i] == null ? "" : show(this.spec.y, column[i]))]),
      };
    }
  }

  // ---- bars and heat maps: drawn with elements, for there are few of them

  class Drawn extends View {
    frame(left, bottom, high = height) {
      this.plot.replaceChildren();
      const svg = this.svg = add(this.plot, "svg", { width: this.width, height: high, "aria-hidden": "true" });
      this.box = { left, top: 6, right: this.width - 8, bottom: high - bottom };
      const point = event => {
        const edge = svg.getBoundingClientRect();
        this.move(event.clientX - edge.left, event.clientY - edge.top);
      };
      svg.addEventListener("pointermove", point);
      svg.addEventListener("pointerdown", point);
      svg.addEventListener("pointerleave", () => this.read(null));
      return svg;
    }

    /// Names under a horizontal axis: as many as fit, slanted if they are long.
    bottomNames(svg, names, step) {
      const longest = Math.max(...names.map(name => name.length), 1), slanted = longest * 7 > step;
      const every = Math.max(1, Math.ceil((slanted ? 14 : 22) / step));
      names.forEach((name, i) => {
        if (i % every) return;
        const x = this.box.left + (i + 0.5) * step, y = this.box.bottom + 14;
        add(svg, "text", { x, y, class: "tick", "text-anchor": slanted ? "end" : "middle", ...(slanted ? { transform: `rotate(-40 ${x} ${y})` } : {}) }, cut(name, 18));
      });
    }

    depth(names, step) {
      const longest = Math.min(Math.max(...names.map(name => name.length), 1), 18);
      return Math.max(...names.map(name => name.length), 1) * 7 > step ? 22 + longest * 4.6 : 26;
    }
  }

  const cut = (name, most) => name.length > most ? `${name.slice(0, most - 1)}…` : name;

  class Bars extends Drawn {
    get help() { return "Arrow keys read values."; }
    parts() { return this.spec.bars.map(bar => bar.name); }
    swatch(svg, i) { add(svg, "rect", { x: 7, y: 0, width: 12, height: 12, rx: 2, class: `fill${i % colours}` }); }

    draw() {
      const { names, bars, y } = this.spec;
      const shown = bars.map(bar => this.hidden.has(bar.name) ? bar.values.map(() => 0) : bar.values);
      const sums = names.map((_, i) => shown.reduce((sum, values) => sum + (values[i] ?? 0), 0));
      const top = y.unit === "Share" && Math.max(...sums) > 0.5 && Math.max(...sums) < 1.0001 ? 1 : nice(Math.max(...sums, 0) || 1);
      const left = 14 + 7 * Math.max(tick(y, top).length, tick(y, top / 2).length);
      const step = (this.width - left - 8) / names.length;
      const svg = this.frame(left, this.depth(names, step));
      const { box } = this, down = value => box.bottom - (box.bottom - box.top) * value / top;
      for (let i = 0; i <= 4; i++) {
        const at = down(top * i / 4);
        add(svg, "line", { x1: box.left, x2: box.right, y1: at, y2: at, class: "grid" });
        if (i % 2 === 0) add(svg, "text", { x: box.left - 6, y: at + 4, class: "tick", "text-anchor": "end" }, tick(y, top * i / 4));
      }
      this.mark = add(svg, "rect", { class: "mark", y: box.top, height: box.bottom - box.top, width: step, hidden: "" });
      names.forEach((_, i) => {
        let sum = 0;
        shown.forEach((values, part) => {
          const value = values[i] ?? 0;
          if (value > 0) add(svg, "rect", { x: box.left + step * (i + 0.1), width: Math.max(step * 0.8, 0.5), y: down(sum + value), height: Math.max(down(sum) - down(sum + value) - (sum > 0 ? 0.5 : 0), 0.5), class: `fill${part % colours}` });
          sum += value;
        });
      });
      this.bottomNames(svg, names, step);
      this.step = step;
      this.what.textContent = y.label;
      add(this.plot, "span", { class: "xlabel", "aria-hidden": "true" }, this.spec.x);
      this.read(this.at);
    }

    move(x) {
      const i = Math.floor((x - this.box.left) / this.step);
      this.read(i >= 0 && i < this.spec.names.length ? i : null);
    }

    read(at) {
      const { names, bars, y } = this.spec;
      this.at = at = at != null && at < names.length ? at : null;
      this.mark.toggleAttribute("hidden", at == null);
      if (at != null) this.mark.setAttribute("x", this.box.left + at * this.step);
      this.where.textContent = at == null ? "" : `${this.spec.x} ${names[at]}`;
      bars.forEach((bar, i) => { this.values[i].textContent = at == null ? "" : show(y, bar.values[at]); });
    }

    key(key) {
      const last = this.spec.names.length - 1;
      const to = { ArrowLeft: Math.max((this.at ?? 1) - 1, 0), ArrowRight: Math.min((this.at ?? -1) + 1, last), Home: 0, End: last, Escape: null }[key];
      if (to === undefined) return false;
      this.read(to);
      return true;
    }

    sentence() { return this.at == null ? "" : `${this.where.textContent}: ${this.names.map((name, i) => `${name} ${this.values[i].textContent}`).join(", ")}`; }

    table() {
      const { names, bars, x, y } = this.spec;
      return { headers: [x, ...this.names], rows: names.map((name, i) => [name, ...bars.map(bar => show(y, bar.values[i]))]) };
    }
  }

  const nice = value => {
    const power = 10 ** Math.floor(Math.log10(value)), digits = value / power;
    return (digits <= 1 ? 1 : digits <= 2 ? 2 : digits <= 4 ? 4 : digits <= 6 ? 6 : digits <= 8 ? 8 : 10) * power;
  };

  class Heat extends Drawn {
    get help() { return "Arrow keys move over the cells and read them."; }
    parts() { return []; }
    swatch() { }

    draw() {
      const { rows, columns, values, value } = this.spec;
      const most = this.most = Math.max(...values.flat(), 0) || 1;
      const labels = rows.map(row => cut(row, 22));
      const left = Math.min(16 + 6.6 * Math.max(...labels.map(row => row.length), 2), this.width * 0.4);
      const step = (this.width - left - 8) / columns.length, line = Math.min(Math.max(220 / rows.length, 9), 24);
      const svg = this.frame(left, this.depth(columns, step), rows.length * line + 6 + this.depth(columns, step));
      const { box } = this, every = Math.max(1, Math.ceil(13 / line));
      rows.forEach((row, r) => {
        const y = box.top + r * line;
        if (r % every === 0) add(svg, "text", { x: box.left - 6, y: y + line / 2 + 4, class: "tick", "text-anchor": "end" }, labels[r]);
        columns.forEach((column, c) => {
          const cell = values[r][c] ?? 0;
          add(svg, "rect", { x: box.left + c * step, y, width: Math.max(step - 1, 0.5), height: Math.max(line - 1, 0.5), class: cell > 0 ? "cell" : "empty", ...(cell > 0 ? { "fill-opacity": (0.1 + 0.9 * cell / most).toFixed(3) } : {}) });
        });
      });
      this.bottomNames(svg, columns, step);
      this.mark = add(svg, "rect", { class: "outline", width: step, height: line, hidden: "" });
      Object.assign(this, { step, line });
      add(this.plot, "span", { class: "xlabel", "aria-hidden": "true" }, this.spec.x);
      this.what.textContent = this.spec.y;
      this.read(this.at);
    }

    legend() {
      super.legend();
      const scale = add(this.head, "span", { class: "scale" });
      add(scale, "span", {}, `${this.spec.value.label} 0`);
      const svg = add(scale, "svg", { width: 100, height: 12, "aria-hidden": "true" });
      for (let i = 0; i < 10; i++) add(svg, "rect", { x: i * 10, y: 0, width: 10, height: 12, class: i ? "cell" : "empty", ...(i ? { "fill-opacity": (0.1 + 0.9 * i / 9).toFixed(3) } : {}) });
      add(scale, "span", {}, show(this.spec.value, Math.max(...this.spec.values.flat(), 0)));
    }

    move(x, y) {
      const c = Math.floor((x - this.box.left) / this.step), r = Math.floor((y - this.box.top) / this.line);
      this.read(c >= 0 && c < this.spec.columns.length && r >= 0 && r < this.spec.rows.length ? [r, c] : null);
    }

    read(at) {
      const { rows, columns, values, value } = this.spec;
      this.at = at = at && at[0] < rows.length && at[1] < columns.length ? at : null;
      this.mark.toggleAttribute("hidden", !at);
      this.where.textContent = "";
      if (!at) return;
      const [r, c] = at;
      this.mark.setAttribute("x", this.box.left + c * this.step - 0.5);
      this.mark.setAttribute("y", this.box.top + r * this.line - 0.5);
      this.where.textContent = this.sentence();
    }

    key(key) {
      const [r, c] = this.at ?? [0, -1], { rows, columns } = this.spec;
      const to = {
        ArrowLeft: [r, Math.max(c - 1, 0)], ArrowRight: [r, Math.min(c + 1, columns.length - 1)], ArrowUp: [Math.max(r - 1, 0), Math.max(c, 0)],
        ArrowDown: [Math.min(r + (c < 0 ? 0 : 1), rows.length - 1), Math.max(c, 0)], Home: [r, 0], End: [r, columns.length - 1], Escape: null,
      }[key];
      if (to === undefined) return false;
      this.read(to);
      return true;
    }

    sentence() {
      if (!this.at) return "";
      const [r, c] = this.at, { rows, columns, values, x, y, value } = this.spec;
      return `${y} ${rows[r]}, ${x} ${columns[c]}: ${show(value, values[r][c])}`;
    }

    table() {
      const { rows, columns, values, value, y } = this.spec;
      return { headers: [y, ...columns], rows: rows.map((row, r) => [row, ...values[r].map(cell => show(value, cell))]) };
    }
  }

  const kinds = { lines: Lines, bars: Bars, heatmap: Heat };

  // ---- when to draw

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

  // ---- live: what the server sends takes the place of what is shown; what the reader opened, scrolled, zoomed and hid stays

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
    for (const place of kept) views.get(place).take(specs[place]);
    const again = focus && (focus.isConnected ? focus : focus.id && document.getElementById(focus.id));
    if (again) again.focus({ preventScroll: true });
    scrollTo(scrollX, top);
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
      if (source.readyState !== EventSource.CLOSED) say("waits", `connection lost, trying again; last seen: ${last || "nothing"}`);
    });
  }
})();
