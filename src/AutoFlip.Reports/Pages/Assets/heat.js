// A table of numbers as colours.
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
