// What bars and heat maps have in common: they are drawn with elements, for there are few of them.
class Drawn extends View {
  frame(left, bottom, high = height) {
    this.plot.replaceChildren();
    this.drawnFor = this.plot.clientWidth;
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

  /// Names under a horizontal axis: as many as fit, slanted if they are long, and cut where they would leave the figure on the left.
  bottomNames(svg, names, step) {
    const longest = Math.max(...names.map(name => name.length), 1), slanted = longest * 7 > step;
    const every = Math.max(1, Math.ceil((slanted ? 14 : 22) / step));
    names.forEach((name, i) => {
      if (i % every) return;
      const x = this.box.left + (i + 0.5) * step, y = this.box.bottom + 14;
      const room = slanted ? Math.max(Math.floor((x - 6) / 5.6), 3) : 18; // a letter takes some 7 px, at an angle of 40 degrees 5.6
      add(svg, "text", { x, y, class: "tick", "text-anchor": slanted ? "end" : "middle", ...(slanted ? { transform: `rotate(-40 ${x} ${y})` } : {}) }, cut(name, Math.min(room, 18)));
    });
  }

  depth(names, step) {
    const longest = Math.min(Math.max(...names.map(name => name.length), 1), 18);
    return Math.max(...names.map(name => name.length), 1) * 7 > step ? 22 + longest * 4.6 : 26;
  }
}

const cut = (name, most) => name.length > most ? `${[...name].slice(0, most - 1).join("")}…` : name;
