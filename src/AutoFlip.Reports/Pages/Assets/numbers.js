// Numbers as people read them, by the unit of their axis.
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
