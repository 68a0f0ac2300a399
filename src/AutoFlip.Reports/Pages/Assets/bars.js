// Bars over names, on top of each other.
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
