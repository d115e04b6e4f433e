/* The table of all channels: sorted by a click on a heading; only the rows in view exist. */
const { h, channels } = streamscope;
const HEIGHT = 34;

const PREFERRED = ["block", "channel", "mix_ratio", "category", "o_i", "o_b", "o_o", "block_delta", "input_delta", "scale_metric", "scale_invariant", "scale_invariant_no_mix", "scale_invariant_by_block", "tuning_curve_rho", "photo_mix_ratio", "photo_scale_invariant", "photo_input_share", "photo_inhibited_percent"];
streamscope.shownColumns = function (query) {
  const there = Object.keys(channels.columns);
  const asked = query.get("cols");
  if (asked === "all") return there;
  if (asked) return ["block", "channel", ...asked.split(",").filter((name) => there.includes(name) && name !== "block" && name !== "channel")];
  return PREFERRED.filter((name) => there.includes(name) && channels.columns[name].some((value) => value !== null));
};

streamscope.grid = function (found, query) {
  const names = streamscope.shownColumns(query);
  const units = names.map((name) => (streamscope.columnOf("channels", name) || {}).unit);
  const [key, down] = [(query.get("sort") || "").replace(/^-/, ""), (query.get("sort") || "").startsWith("-")];
  const sort = (name) => () => streamscope.change({ sort: key === name && !down ? `-${name}` : key === name ? null : name });
  const heading = (name, at) => h("th", { scope: "col", class: at < 2 ? `fixed c${at}` : null, "aria-sort": key === name ? (down ? "descending" : "ascending") : "none" },
    h("button", { type: "button", class: "sort", onclick: sort(name), title: (streamscope.columnOf("channels", name) || {}).definition }, streamscope.title(name), h("span", { "aria-hidden": "true" }, key === name ? (down ? " ↓" : " ↑") : "")));
  const body = h("tbody", {});
  const scroller = h("div", { class: "scroller grid", tabindex: "0", role: "region", "aria-label": `Table of ${streamscope.count(found.length, "channel")}` },
    h("table", { "aria-rowcount": found.length + 1 }, h("caption", { class: "hidden" }, "Channels; a heading sorts by its column"), h("thead", {}, h("tr", {}, names.map(heading))), body));
  const row = (item) => {
    const at = found[item.index];
    return h("tr", { "aria-rowindex": item.index + 2 }, names.map((name, column) => {
      const value = channels.columns[name][at];
      const shown = streamscope.cell(value, units[column]);
      if (column === 0) return h("th", { scope: "row", class: "fixed c0" }, shown);
      if (name === "channel") return h("td", { class: "fixed c1" }, h("a", { href: streamscope.address(at) }, shown));
      if (name === "category") return h("td", {}, value ? streamscope.badge(at) : "");
      return h("td", { class: streamscope.kindOf[name] === "word" ? "word" : null }, shown);
    }));
  };
  const space = (height) => h("tr", { "aria-hidden": "true", class: "space" }, h("td", { colspan: names.length, style: { height: `${height}px` } }));
  let running = null;
  const mount = () => {
    const draw = (items, total) => {
      const rows = items.map(row);
      const first = items.length ? items[0].start : 0, last = items.length ? items[items.length - 1].end : 0;
      body.replaceChildren(...(first ? [space(first)] : []), ...rows, ...(total > last ? [space(total - last)] : []));
    };
    running = streamscope.virtual({ scroller, count: found.length, height: HEIGHT, draw, overscan: 8 });
  };
  return { element: scroller, mount, stop: () => running && running.stop() };
};
