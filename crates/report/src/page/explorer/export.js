/* What is shown, to take along: CSV and SVG of the page's own, and the command that draws figures to print. */
const { h, channels } = streamscope;

const saved = (name, kind, text) => {
  const link = h("a", { href: URL.createObjectURL(new Blob([text], { type: kind })), download: name });
  document.body.append(link);
  link.click();
  link.remove();
};

/* The rows that are shown, every column, as the table has them. */
streamscope.csv = function (found) {
  const names = Object.keys(channels.columns);
  const quoted = (text) => (/[",\n\r]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text);
  const one = (name, value) => {
    if (value === null || value === undefined) return "";
    if (name === "block") return `layer${value}`;
    return quoted(String(value));
  };
  const lines = found.map((at) => names.map((name) => one(name, channels.columns[name][at])).join(","));
  return [names.join(","), ...lines].join("\n") + "\n";
};

/* Dots against mix ratios, as an SVG of its own. */
streamscope.svg = function (found, column, title) {
  const points = found.map((at) => [Math.min(5, streamscope.value(at, "mix_ratio")), streamscope.value(at, column), streamscope.category(at)]).filter((p) => Number.isFinite(p[0]) && Number.isFinite(p[1]));
  const [low, high] = [Math.min(...points.map((p) => p[1])), Math.max(...points.map((p) => p[1]))];
  const x = (v) => 60 + (v / 5) * 380, y = (v) => 250 - ((v - low) / (high - low || 1)) * 220;
  const shapes = { overwrite: "M-3-2.5H3L0 3Z", skip: "M-3 2.5H3L0-3Z", mix: "M0-3.5L3.5 0L0 3.5L-3.5 0Z" };
  const svg = h("svg", { xmlns: "http://www.w3.org/2000/svg", width: 460, height: 300, viewBox: "0 0 460 300", "font-family": "DejaVu Sans, sans-serif", "font-size": 11 },
    h("rect", { width: 460, height: 300, fill: "white" }), h("path", { d: "M60 20V255H445", fill: "none", stroke: "#282828" }),
    [0, 1, 2, 3, 4, 5].map((v) => h("text", { x: x(v), y: 270, "text-anchor": "middle" }, v)),
    [low, (low + high) / 2, high].map((v) => h("text", { x: 55, y: y(v) + 4, "text-anchor": "end" }, streamscope.number(v, 2))),
    h("text", { x: 250, y: 290, "text-anchor": "middle" }, "mix ratio (at most 5)"), h("text", { x: 60, y: 14 }, title),
    points.map(([a, b, category]) => h("path", { d: shapes[category] || shapes.mix, transform: `translate(${x(a).toFixed(1)} ${y(b).toFixed(1)})`, fill: streamscope.color(category || "mix"), "fill-opacity": 0.75 })));
  return new XMLSerializer().serializeToString(svg);
};

streamscope.figuresCommand = function (found) {
  const of = {};
  for (const at of found.slice(0, 40)) (of[streamscope.value(at, "block")] = of[streamscope.value(at, "block")] || []).push(streamscope.value(at, "channel"));
  const named = found.length < channels.rows && found.length <= 12 ? ` --channels ${Object.entries(of).map(([block, list]) => `${block}:${list.join(",")}`).join(" ")}` : "";
  return `cargo xtask figures OUT --figures ${named ? "1" : "2,3,4,5"}${named} --format pdf --width 3.3in`;
};

/* What has a dot for each channel: the measures of the figures. */
const drawn = () => [...new Set([...streamscope.run.measures.map((measure) => measure.column), "block_delta", "input_delta"])].filter((name) => channels.columns[name] && channels.columns[name].some((value) => value !== null));

streamscope.exports = function (found) {
  return h("details", { class: "export" }, h("summary", {}, "Export this view"),
    h("p", {}, "What is shown, with every column as the table has it: ",
      h("button", { type: "button", onclick: () => saved("channels.csv", "text/csv", streamscope.csv(found)) }, `CSV of ${streamscope.count(found.length, "channel")}`)),
    h("p", {}, "Against mix ratio, as SVG: ", drawn().map((column) => [h("button", { type: "button", onclick: () => saved(`${column}.svg`, "image/svg+xml", streamscope.svg(found, column, `${streamscope.title(column)} against mix ratio`)) }, streamscope.title(column)), " "])),
    h("p", {}, "Figures to print, drawn from the tables (OUT is this folder):"), streamscope.command(streamscope.figuresCommand(found)));
};
