/* Small drawings that belong into a line of text: categories, the axis of mix ratios, proportions, matrices. */
const { h, number, term, THRESHOLD } = streamscope;

streamscope.badge = function (at) {
  const category = streamscope.category(at);
  if (!category) return h("span", { class: "badge failed" }, "no mix ratio");
  return h("span", { class: `badge ${category}` }, h("span", { "aria-hidden": "true" }, streamscope.MARKS[category]), " ", category);
};

/* Where a mix ratio is on its axis, half as wide from 0 to the first threshold as the paper's: logarithms of 0.2 to 5. */
const LOW = Math.log(0.2), HIGH = Math.log(5);
const onAxis = (ratio) => Math.max(0, Math.min(1, (Math.log(Math.max(ratio, 1e-9)) - LOW) / (HIGH - LOW)));
streamscope.onAxis = onAxis;

streamscope.mixAxis = function (at, { width = 560, compact = false } = {}) {
  const ratio = streamscope.value(at, "mix_ratio");
  const block = streamscope.value(at, "block");
  const height = compact ? 30 : 84, middle = compact ? 15 : 40;
  const x = (value) => 10 + onAxis(value) * (width - 20);
  const parts = [];
  const band = (from, to, kind) => parts.push(h("rect", { x: from, y: middle - 7, width: to - from, height: 14, class: `band ${kind}` }));
  band(x(0), x(1 / THRESHOLD), "overwrite"); band(x(1 / THRESHOLD), x(THRESHOLD), "mix"); band(x(THRESHOLD), x(99), "skip");
  if (!compact) {
    const others = streamscope.channels.columns;
    for (let other = 0; other < streamscope.channels.rows; other++) {
      if (others.block[other] !== block || others.mix_ratio[other] === null) continue;
      parts.push(h("line", { x1: x(others.mix_ratio[other]), x2: x(others.mix_ratio[other]), y1: middle - 7, y2: middle + 7, class: "rug" }));
    }
    const tick = (value, said, below) => {
      parts.push(h("line", { x1: x(value), x2: x(value), y1: middle - 12, y2: middle + 12, class: "threshold" }));
      parts.push(h("text", { x: x(value), y: below ? middle + 26 : middle + 26, "text-anchor": "middle" }, said));
    };
    tick(1 / THRESHOLD, "1/1.5"); tick(1, "1"); tick(THRESHOLD, "1.5");
    for (const [value, said, anchor] of [[0.2, "≤ 0.2", "start"], [0.4, "0.4", "middle"], [2.5, "2.5", "middle"], [5, "≥ 5", "end"]]) parts.push(h("text", { x: x(value), y: middle + 26, "text-anchor": anchor, class: "faint" }, said));
    for (const [from, to, said] of [[0.2, 1 / THRESHOLD, "overwrite"], [1 / THRESHOLD, THRESHOLD, "mix"], [THRESHOLD, 5, "skip"]])
      parts.push(h("text", { x: (x(from) + x(to)) / 2, y: middle + 42, "text-anchor": "middle", class: "faint" }, said));
  }
  if (ratio !== null) {
    const to = x(ratio);
    parts.push(h("polygon", { points: `${to},${middle - 9} ${to - 7},${middle - 22} ${to + 7},${middle - 22}`, class: "pointer" }));
    parts.push(h("line", { x1: to, x2: to, y1: middle - 9, y2: middle + 9, class: "needle" }));
    if (!compact) parts.push(h("text", { x: Math.max(24, Math.min(width - 24, to)), y: middle - 27, "text-anchor": "middle", class: "strong" }, number(ratio, 2)));
  }
  const said = ratio === null ? "no mix ratio" : `mix ratio ${number(ratio)} on an axis from 0.2 to 5, with the thresholds 1/1.5 and 1.5`;
  return h("svg", { viewBox: `0 0 ${width} ${height}`, class: "axis", role: "img", "aria-label": said }, parts);
};

/* Several mix ratios on that axis, a line each. */
streamscope.ratiosOnAxis = function (ratios) {
  const width = 560, x = (value) => 10 + onAxis(value) * (width - 20);
  const there = ratios.filter((ratio) => ratio !== null);
  const bands = [[0, 1 / THRESHOLD, "overwrite"], [1 / THRESHOLD, THRESHOLD, "mix"], [THRESHOLD, 99, "skip"]];
  return h("svg", { viewBox: `0 0 ${width} 46`, class: "axis seeds", role: "img", "aria-label": `mix ratios ${there.map((ratio) => number(ratio, 2)).join(", ")}` },
    bands.map(([from, to, kind]) => [h("rect", { x: x(from), y: 6, width: x(to) - x(from), height: 18, class: `band ${kind}` }), h("text", { x: (x(from) + x(to)) / 2, y: 40, "text-anchor": "middle", class: "faint" }, kind)]),
    there.map((ratio) => h("line", { x1: x(ratio), x2: x(ratio), y1: 2, y2: 28, class: "needle" })));
};

/* How many channels of a block are of each category, as a bar. */
streamscope.proportions = function (counts, said) {
  const all = streamscope.CATEGORIES.reduce((sum, name) => sum + counts[name], 0);
  const parts = streamscope.CATEGORIES.filter((name) => counts[name]).map((name) =>
    h("span", { class: `part ${name}`, style: { "flex-grow": String(counts[name] / all) } }));
  return h("span", { class: "proportions", role: "img", "aria-label": said }, parts);
};

/* The nine activations: which role is read, on which picture. */
streamscope.matrix = function (at, prefix = "") {
  const names = ["i", "b", "o"], roles = { i: "Input", b: "Block", o: "Output" };
  const value = (read, seen) => streamscope.value(at, `${prefix}${read}_${seen}`);
  const sizes = names.flatMap((read) => names.map((seen) => Math.abs(value(read, seen)))).filter(Number.isFinite);
  const largest = Math.max(...sizes, 1e-12);
  return h("table", { class: "matrix" },
    h("thead", {}, h("tr", {}, h("td", {}), names.map((seen) => h("th", { scope: "col" }, `on ${roles[seen]}'s ${prefix ? "photographs" : "picture"}`)))),
    h("tbody", {}, names.map((read) => h("tr", {}, h("th", { scope: "row" }, roles[read]),
      names.map((seen) => {
        const v = value(read, seen);
        const part = v === null || !Number.isFinite(v) ? 0 : Math.min(1, Math.abs(v) / largest);
        return h("td", { class: v < 0 ? "negative" : "positive", style: { "--part": part.toFixed(3) } },
          h("span", { class: "small" }, `${read.toUpperCase()}(${seen.toUpperCase()})`), h("span", { class: "value" }, number(v)));
      })))));
};
