// Lines over an axis of numbers, drawn by uPlot.
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
    this.drawnFor = this.plot.clientWidth;
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

  /// Shows part of the horizontal axis; less than a thousandth of it is not shown, for numbers on it would run out of digits.
  window(low, high) {
    const { places } = this.now;
    if ((high - low) * 1000 < places[places.length - 1] - places[0]) return;
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
