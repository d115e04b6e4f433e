/* Plots on uPlot: dots against mix ratios, bars, curves. Hovering says which channel it is and shows its picture, a click
   opens it, and a brushed range becomes a filter. */
const { h, number, channels } = streamscope;
const RIGHT = 5;

/* Colors as they are in light or dark: a canvas does not know what depends on that. */
const probe = h("span", { hidden: true });
document.body.append(probe);
streamscope.color = function (name) {
  probe.style.color = `var(--${name})`;
  return getComputedStyle(probe).color;
};
const { color } = streamscope;
const axis = (label, more) => ({ label, stroke: color("ink"), grid: { stroke: color("line"), width: 1 }, ticks: { stroke: color("line") }, labelSize: 18, labelFont: "12px system-ui", font: "12px system-ui", size: 38, ...more });
const kept = [];

/* Plots are drawn again when light turns to dark or the width changes. */
function keep(element, draw) {
  const one = { element, draw, plot: null };
  const redraw = () => {
    if (!element.isConnected) return false;
    if (one.plot) one.plot.destroy();
    one.plot = draw(Math.max(220, element.clientWidth));
    return true;
  };
  one.redraw = redraw;
  kept.push(one);
  requestAnimationFrame(redraw);
}
const again = () => { for (let at = kept.length - 1; at >= 0; at--) if (!kept[at].redraw()) kept.splice(at, 1); };
let width = innerWidth, timer = 0;
addEventListener("resize", () => { if (innerWidth !== width) { width = innerWidth; clearTimeout(timer); timer = setTimeout(again, 150); } });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);

/* A dot in the mark of its category, so that no color is needed. */
function dot(context, category, x, y, r) {
  context.beginPath();
  if (category === "overwrite") { context.moveTo(x - r, y - r * 0.8); context.lineTo(x + r, y - r * 0.8); context.lineTo(x, y + r); }
  else if (category === "skip") { context.moveTo(x - r, y + r * 0.8); context.lineTo(x + r, y + r * 0.8); context.lineTo(x, y - r); }
  else { context.moveTo(x, y - r); context.lineTo(x + r, y); context.lineTo(x, y + r); context.lineTo(x - r, y); }
  context.closePath();
}

/* A column of channels against another: those that are selected in color, the others faint behind. */
streamscope.scatter = function ({ places, selected, x, y, xTitle, yTitle, label, within = Infinity }) {
  const clipped = (value) => (value === null ? null : Math.max(-within, Math.min(within, value)));
  const points = places.map((at) => [x === "mix_ratio" && streamscope.value(at, x) !== null ? Math.min(streamscope.value(at, x), RIGHT) : clipped(streamscope.value(at, x)), clipped(streamscope.value(at, y)), at])
    .filter(([a, b]) => Number.isFinite(a) && Number.isFinite(b)).sort((a, b) => a[0] - b[0]);
  const box = h("figure", { class: "plot", "data-x": x, "data-y": y });
  const canvas = h("div", { class: "canvas", role: "img", "aria-label": `${label}: ${points.length} channels, ${yTitle} against ${xTitle}` });
  const shown = selected || new Set(places);
  box.append(h("figcaption", {}, label, h("span", { class: "small" }, ` ${streamscope.count(points.filter((p) => shown.has(p[2])).length, "channel")}`)), canvas);
  if (!points.length) { canvas.append(h("p", { class: "small" }, "No channel has both values.")); return box; }
  keep(canvas, (width) => {
    canvas.replaceChildren();
    const nearest = (u, px, py) => {
      let best = null, least = 144;
      for (const [a, b, at] of points) {
        if (!shown.has(at)) continue;
        const far = (u.valToPos(a, "x") - px) ** 2 + (u.valToPos(b, "y") - py) ** 2;
        if (far < least) [best, least] = [at, far];
      }
      return best;
    };
    const draw = (u) => {
      const { ctx } = u;
      ctx.save();
      const r = 3.2 * devicePixelRatio;
      for (const front of [false, true]) for (const [a, b, at] of points) {
        if (shown.has(at) !== front) continue;
        const category = streamscope.category(at) || "mix";
        dot(ctx, category, u.valToPos(a, "x", true), u.valToPos(b, "y", true), front ? r : r * 0.7);
        ctx.fillStyle = front ? color(category) : color("line");
        ctx.globalAlpha = front ? 0.75 : 0.6;
        ctx.fill();
      }
      if (x === "mix_ratio") {
        ctx.globalAlpha = 1; ctx.strokeStyle = color("faint"); ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]); ctx.lineWidth = devicePixelRatio;
        for (const t of [1 / streamscope.THRESHOLD, 1, streamscope.THRESHOLD]) { const to = u.valToPos(t, "x", true); ctx.beginPath(); ctx.moveTo(to, u.bbox.top); ctx.lineTo(to, u.bbox.top + u.bbox.height); ctx.stroke(); }
      }
      ctx.restore();
    };
    const values = points.map((p) => p[1]);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const space = (high - low) * 0.06 || Math.abs(high) * 0.1 || 1;
    const xs = points.map((p) => p[0]);
    const xRange = x === "mix_ratio" ? [0, RIGHT * 1.01] : [Math.min(...xs) - 1e-9, Math.max(...xs) + 1e-9];
    return new uPlot({
      width, height: 250, legend: { show: false }, scales: { x: { time: false, range: () => xRange }, y: { range: () => [low - space, high + space] } },
      axes: [axis(xTitle), axis(yTitle, { size: 54 })], series: [{}, { paths: () => null, points: { show: false } }],
      cursor: { drag: { x: true, y: false, setScale: false }, points: { show: false } },
      hooks: { draw: [draw], ready: [(u) => hovered(u, nearest)], setSelect: [(u) => brushed(u, x, within)] },
    }, [xs, values], canvas);
  });
  return box;
};

/* What is under the pointer: its name, numbers and pictures; a click goes there. */
function hovered(u, nearest) {
  const tip = document.getElementById("tip");
  let at = null;
  u.over.addEventListener("mousemove", (event) => {
    at = nearest(u, event.offsetX, event.offsetY);
    u.over.style.cursor = at === null ? "" : "pointer";
    tip.hidden = at === null;
    if (at === null) return;
    const block = streamscope.value(at, "block"), channel = streamscope.value(at, "channel");
    tip.replaceChildren(h("strong", {}, streamscope.nameOf(at)), ` ${number(streamscope.value(at, "mix_ratio"), 2)} `, streamscope.badge(at),
      h("div", { class: "row" }, streamscope.ROLES.map(([role]) => streamscope.bare("neuron", block, role, channel))));
    tip.style.left = `${Math.min(event.clientX + 14, innerWidth - 250)}px`;
    tip.style.top = `${Math.min(event.clientY + 14, innerHeight - 130)}px`;
  });
  u.over.addEventListener("mouseleave", () => { tip.hidden = true; });
  u.over.addEventListener("click", () => { if (at !== null && !u.select.width) { tip.hidden = true; location.hash = streamscope.address(at); } });
}

function brushed(u, column, within = Infinity) {
  if (u.select.width < 4) return;
  const low = u.posToVal(u.select.left, "x"), high = u.posToVal(u.select.left + u.select.width, "x");
  const up = column === "mix_ratio" && high >= RIGHT ? "" : String(Number(high.toPrecision(4)));
  // What lies at an edge stands for what is beyond it.
  const down = low <= -within ? "" : String(Number(low.toPrecision(4)));
  streamscope.change({ [`f.${column}`]: `${down}..${high >= within ? "" : up}` });
}

/* Bars: [from, to, count, color name, the count that it stands on]. A brushed range becomes a filter where there is a column for it. */
streamscope.bars = function ({ bins, label, xTitle, yTitle, column, height = 200, said }) {
  const canvas = h("div", { class: "canvas", role: "img", "aria-label": said || `${label}: ${bins.map(([from, to, count]) => `${number(from, 2)} to ${number(to, 2)}: ${count}`).join(", ")}` });
  const box = h("figure", { class: "plot" }, h("figcaption", {}, label), canvas);
  keep(canvas, (width) => {
    canvas.replaceChildren();
    const highest = Math.max(...bins.map((bin) => bin[2] + (bin[4] || 0)), 1);
    const draw = (u) => {
      for (const [from, to, count, name, base] of bins) {
        const left = u.valToPos(from, "x", true), right = u.valToPos(to, "x", true), top = u.valToPos(count + (base || 0), "y", true), bottom = u.valToPos(base || 0, "y", true);
        u.ctx.fillStyle = color(name || "accent");
        u.ctx.fillRect(left + 0.5, top, Math.max(1, right - left - 1), bottom - top);
      }
    };
    const xs = bins.map((bin) => bin[0]);
    return new uPlot({
      width, height, legend: { show: false }, scales: { x: { time: false, range: () => [bins[0][0], bins[bins.length - 1][1]] }, y: { range: () => [0, highest * 1.08] } },
      axes: [axis(xTitle), axis(yTitle, { size: 46 })], series: [{}, { paths: () => null, points: { show: false } }],
      cursor: { show: Boolean(column), drag: { x: Boolean(column), y: false, setScale: false }, points: { show: false } },
      hooks: { draw: [draw], setSelect: column ? [(u) => brushed(u, column)] : [] },
    }, [xs, bins.map((bin) => bin[2])], canvas);
  });
  return box;
};

/* Curves over the same places: [name, values, color name, dashes]. */
streamscope.curves = function ({ at, curves, label, xTitle, yTitle, height = 210, log = false }) {
  const spoken = curves.map(([name, values]) => `${name}: ${values.map((value, i) => `${number(at[i], 2)}: ${number(value, 2)}`).join(", ")}`).join("; ");
  const canvas = h("div", { class: "canvas", role: "img", "aria-label": `${label}. ${spoken}` });
  const key = h("span", { class: "key" }, curves.map(([name, , colored, dash]) => h("span", { class: `line ${dash ? "dashed" : ""}`, style: { "--own": `var(--${colored})` } }, name)));
  const box = h("figure", { class: "plot" }, h("figcaption", {}, label, " ", key), canvas);
  keep(canvas, (width) => {
    canvas.replaceChildren();
    const values = curves.flatMap((curve) => curve[1]).filter(Number.isFinite);
    const [low, high] = [Math.min(0, ...values), Math.max(...values, 1e-9)];
    const space = (high - low) * 0.06;
    return new uPlot({
      width, height, legend: { show: false }, scales: { x: { time: false, distr: log ? 3 : 1, log: 2 }, y: { range: () => [low - (low < 0 ? space : 0), high + space] } },
      axes: [axis(xTitle, log ? { values: (u, splits) => splits.map((v) => (v === null ? null : String(v))), splits: () => [0.5, 1, 2] } : {}), axis(yTitle, { size: 54 })],
      cursor: { show: false },
      series: [{}, ...curves.map(([, , colored, dash]) => ({ stroke: color(colored), width: 2, dash: dash ? [6, 4] : undefined, points: { show: true, size: 6, fill: color(colored) } }))],
    }, [at, ...curves.map((curve) => curve[1])], canvas);
  });
  return box;
};

/* The most channels whose curves are drawn at once. */
const CURVES = 600;

/* Figure 10 of what is shown: a curve for each channel, what a role answers to another one's picture at each size, relative to its answer to its
   own; and their mean. */
streamscope.sizes = function (found, seen, read, label) {
  const canvas = h("div", { class: "canvas", role: "img", "aria-label": label });
  const box = h("figure", { class: "plot sizes" }, h("figcaption", {}, label), canvas);
  if (!found.length || found.length > CURVES) {
    canvas.append(h("p", { class: "small" }, found.length ? `Curves are drawn of up to ${CURVES} channels: filter them first.` : "No channel is shown."));
    return box;
  }
  const blocks = [...new Set(found.map((at) => streamscope.value(at, "block")))];
  Promise.all(blocks.map((block) => streamscope.part("scale_tuning", block))).then((parts) => {
    const tuned = new Map();
    parts.forEach((part, place) => {
      if (!part) return;
      const c = part.columns;
      for (let at = 0; at < part.rows; at++) {
        if (c.stimulus[at] !== "picture") continue;
        const name = `${blocks[place]}/${c.channel[at]}`, one = tuned.get(name) || { own: null, curve: [] };
        if (c.seen[at] === seen) one.curve.push([c.scale[at], c[`${read}_activation`][at]]);
        if (c.seen[at] === read && c.scale[at] === 1) one.own = c[`${read}_activation`][at];
        tuned.set(name, one);
      }
    });
    const curves = found.map((at) => ({ at, ...(tuned.get(streamscope.nameOf(at)) || { own: null, curve: [] }) })).filter((one) => one.own > 0 && one.curve.length)
      .map(({ at, own, curve }) => ({ at, curve: curve.sort((a, b) => a[0] - b[0]).map(([scale, value]) => [scale, Math.max(-1, Math.min(2, value / own))]) }));
    canvas.setAttribute("aria-label", `${label}: ${curves.length} channels`);
    box.firstChild.append(h("span", { class: "small" }, ` ${streamscope.count(curves.length, "channel")}`));
    if (!curves.length) { canvas.append(h("p", { class: "small" }, "No channel has such a curve.")); return; }
    drawSizes(canvas, curves, `${read[0].toUpperCase()} relative to ${read[0].toUpperCase()}(${read[0].toUpperCase()})`);
  });
  return box;
};

function drawSizes(canvas, curves, yTitle) {
  const scales = curves[0].curve.map(([scale]) => scale);
  const mean = scales.map((_, i) => curves.reduce((sum, one) => sum + one.curve[i][1], 0) / curves.length);
  const all = curves.flatMap((one) => one.curve.map((point) => point[1]));
  const [low, high] = [Math.min(0, ...all), Math.max(0.1, ...all)];
  keep(canvas, (width) => {
    canvas.replaceChildren();
    const path = (u, one, pixels) => one.curve.map(([scale, value]) => [u.valToPos(scale, "x", pixels), u.valToPos(value, "y", pixels)]);
    const draw = (u) => {
      const { ctx } = u;
      ctx.save();
      ctx.lineWidth = devicePixelRatio;
      ctx.globalAlpha = Math.max(0.12, Math.min(0.7, 24 / curves.length));
      for (const one of curves) {
        ctx.strokeStyle = color(streamscope.category(one.at) || "mix");
        ctx.beginPath();
        path(u, one, true).forEach(([a, b], i) => (i ? ctx.lineTo(a, b) : ctx.moveTo(a, b)));
        ctx.stroke();
      }
      ctx.restore();
    };
    const nearest = (u, px, py) => {
      let best = null, least = 12;
      for (const one of curves) {
        const points = path(u, one, false);
        const after = points.findIndex(([a]) => a >= px);
        if (after < 1) continue;
        const [[x0, y0], [x1, y1]] = [points[after - 1], points[after]];
        const far = Math.abs(y0 + ((y1 - y0) * (px - x0)) / (x1 - x0) - py);
        if (far < least) [best, least] = [one.at, far];
      }
      return best;
    };
    return new uPlot({
      width, height: 250, legend: { show: false }, scales: { x: { time: false, distr: 3, log: 2 }, y: { range: () => [low - 0.05, high + 0.05] } },
      axes: [axis("size of the picture", { values: (u, splits) => splits.map((v) => (v === null ? null : String(v))), splits: () => [0.5, 1, 2] }), axis(yTitle, { size: 54 })],
      series: [{}, { stroke: color("ink"), width: 3, points: { show: true, size: 6, fill: color("ink") } }],
      cursor: { drag: { x: false, y: false }, points: { show: false } }, hooks: { drawClear: [draw], ready: [(u) => hovered(u, nearest)] },
    }, [scales, mean], canvas);
  });
}
