/* The wall and the table of all channels, their filters, and plots of the same data. */
const { h, number, channels, change } = streamscope;

/* The select boxes and fields; what they hold is the address. */
function filters(query) {
  const value = (name) => query.get(name) || "";
  const typed = (name) => (event) => change({ [name]: event.target.value }, true);
  const picked = (name) => (event) => change({ [name]: event.target.value });
  const select = (label, name, options, current) => h("label", {}, h("span", {}, label),
    h("select", { onchange: picked(name), "data-name": name }, options.map(([key, said]) => h("option", { value: key, selected: key === (current === undefined ? value(name) : current) }, said))));
  const range = /^(.*)\.\.(.*)$/.exec(value("f.mix_ratio")) || [null, "", ""];
  const mix = () => {
    const [low, high] = ["low", "high"].map((id) => document.getElementById(`mix-${id}`).value.trim());
    change({ "f.mix_ratio": low || high ? `${low}..${high}` : null }, true);
  };
  const bound = (id, label, current) => h("input", { id: `mix-${id}`, type: "number", step: "0.1", min: "0", value: current, "aria-label": label, oninput: mix });
  const invariant = streamscope.definitions.flatMap((name) => [[`${name}=yes`, streamscope.title(name)], [`${name}=no`, `not ${streamscope.title(name)}`]]);
  const chosen = streamscope.definitions.find((name) => query.has(`f.${name}`));
  const setInvariant = (event) => {
    const [name, truth] = event.target.value.split("=");
    const changes = Object.fromEntries(streamscope.definitions.map((d) => [`f.${d}`, null]));
    if (name) changes[`f.${name}`] = truth;
    change(changes);
  };
  const taken = new Set(["mix_ratio", "block", "category", ...streamscope.definitions]);
  const others = [...query.keys()].filter((name) => name.startsWith("f.") && !taken.has(name.slice(2)));
  const all = [["", "any"]];
  const condition = (name) => h("span", { class: "condition" }, h("label", {}, h("span", {}, streamscope.title(name.slice(2))),
    h("input", { type: "text", value: value(name), placeholder: ">0, 0.2..0.8, empty", "data-name": name, oninput: typed(name) })),
    h("button", { type: "button", "aria-label": `Remove the condition on ${streamscope.title(name.slice(2))}`, onclick: () => change({ [name]: null }) }, "×"));
  const add = (event) => { if (event.target.value) change({ [`f.${event.target.value}`]: streamscope.kindOf[event.target.value] === "truth" ? "yes" : "defined" }); };
  return h("form", { class: "filters", role: "search", "aria-label": "Channels", onsubmit: (event) => event.preventDefault() },
    h("label", { class: "search" }, h("span", {}, "Search"), h("input", { id: "q", type: "search", value: value("q"), placeholder: "3.1/178, overwrite …", oninput: typed("q"), autocomplete: "off" })),
    select("Block", "f.block", all.concat(streamscope.blocks.map((b) => [b, b]))),
    select("Category", "f.category", all.concat(streamscope.CATEGORIES.map((c) => [c, `${streamscope.MARKS[c]} ${c}`]))),
    h("label", {}, h("span", {}, "Scale invariance"), h("select", { onchange: setInvariant, "data-name": "invariance" }, all.concat(invariant).map(([key, said]) => h("option", { value: key, selected: chosen ? key === `${chosen}=${value(`f.${chosen}`)}` : key === "" }, said)))),
    h("fieldset", {}, h("legend", {}, "Mix ratio"), bound("low", "smallest mix ratio", range[1]), " to ", bound("high", "largest mix ratio", range[2])),
    select("Differs", "differs", all.concat(Object.entries(streamscope.DIFFERENCES).map(([key, d]) => [key, d.said]))),
    others.map(condition),
    h("label", {}, h("span", {}, "Any column"), h("select", { onchange: add, "data-name": "add" }, h("option", { value: "" }, "add a condition …"), Object.keys(channels.columns).filter((name) => !taken.has(name)).map((name) => h("option", { value: name }, streamscope.title(name))))),
    [...query.keys()].some((name) => name === "q" || name === "differs" || name.startsWith("f.")) ? h("button", { type: "button", class: "clear", onclick: () => { location.hash = streamscope.hash(["channels"], new URLSearchParams([...query].filter(([name]) => name !== "q" && name !== "differs" && !name.startsWith("f.")))); } }, "Clear all") : null);
}

/* Figures 2 to 5 and 9 of what is shown: drawn from the table's columns, as the printed ones are. */
function plots(found, query) {
  const selected = new Set(found);
  const all = Array.from({ length: channels.rows }, (_, at) => at);
  const width = 0.25, counts = new Map();
  for (const at of found) {
    const ratio = streamscope.value(at, "mix_ratio");
    if (ratio === null) continue;
    // A threshold lies within a bin, which then has two colors, one above the other.
    const key = `${Math.min(19, Math.floor(ratio / width))} ${streamscope.categoryOf(ratio)}`;
    counts.set(key, (counts.get(key) || 0) + 1);
  }
  const bins = Array.from({ length: 20 }, (_, bin) => {
    let base = 0;
    return streamscope.CATEGORIES.map((name) => [name, counts.get(`${bin} ${name}`) || 0]).filter(([name, count]) => count || name === streamscope.categoryOf((bin + 0.5) * width)).map(([name, count]) => {
      base += count;
      return [bin * width, (bin + 1) * width, count, name, base - count];
    });
  }).flat();
  const list = [streamscope.bars({ bins, label: "Mix ratios (figure 2)", xTitle: "mix ratio (last bin: 4.75 and above)", yTitle: "channels", column: "mix_ratio", height: 250 })];
  for (const measure of streamscope.run.measures) {
    const values = channels.columns[measure.column];
    if (!values || values.every((value) => value === null)) continue;
    list.push(streamscope.scatter({ places: all, selected, x: "mix_ratio", y: measure.column, xTitle: "mix ratio (at most 5)", yTitle: measure.axis, label: `${measure.axis} (figure ${measure.figure})` }));
  }
  list.push(streamscope.scatter({ places: all, selected, x: "block_delta", y: "input_delta", xTitle: "dB (from −2 to 2, what is beyond at the edge)", yTitle: "dI (likewise)", label: "Scale invariance: dB and dI", within: 2 }));
  list.push(streamscope.sizes(found, "input", "block", "Block on the Input's picture (figure 10)"), streamscope.sizes(found, "block", "input", "Input on the Block's picture (figure 10)"));
  list.push(invariance(found));
  return h("section", { class: "plots", "aria-label": "Plots" }, h("p", { class: "small" }, "Drag over a plot to filter by what is on its axis; hover to see a channel, click to open it. ▼ overwrite, ◆ mix, ▲ skip."), h("div", { class: "plot-grid" }, list));
}

/* Figure 5: percent of the shown channels of each block that are scale-invariant, by each definition. */
function invariance(found) {
  const blocks = streamscope.blocks.filter((block) => found.some((at) => streamscope.value(at, "block") === block));
  const rows = blocks.map((block) => {
    const of = found.filter((at) => streamscope.value(at, "block") === block);
    return h("tr", {}, h("th", { scope: "row" }, block), streamscope.definitions.map((name) => {
      const sure = of.filter((at) => streamscope.value(at, name) !== null);
      const percent = sure.length ? (100 * sure.filter((at) => streamscope.value(at, name)).length) / sure.length : null;
      return h("td", {}, percent === null ? "" : h("span", { class: "bar", style: { "--part": (percent / 100).toFixed(4) } }, h("span", {}, `${number(percent, 1)} %`)));
    }));
  });
  return h("figure", { class: "plot wide" }, h("figcaption", {}, "Scale-invariant channels of what is shown (figure 5)"),
    h("div", { class: "scroll-x", tabindex: "0", role: "region", "aria-label": "Scale-invariant channels by block" }, h("table", { class: "small-table" },
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "block"), streamscope.definitions.map((name) => h("th", { scope: "col" }, streamscope.term(name, streamscope.title(name)))))), h("tbody", {}, rows))));
}

function columnChooser(query) {
  const shown = new Set(streamscope.shownColumns(query));
  const toggle = (name) => () => {
    shown.has(name) ? shown.delete(name) : shown.add(name);
    change({ cols: Object.keys(channels.columns).filter((n) => shown.has(n)).join(",") });
  };
  return h("details", { class: "columns" }, h("summary", {}, "Columns"), h("p", {}, h("button", { type: "button", onclick: () => change({ cols: "all" }) }, "All"), " ", h("button", { type: "button", onclick: () => change({ cols: null }) }, "The usual ones")),
    h("div", { class: "boxes" }, Object.keys(channels.columns).map((name) => h("label", {}, h("input", { type: "checkbox", checked: shown.has(name), disabled: name === "block" || name === "channel", onchange: toggle(name) }), ` ${streamscope.title(name)}`))));
}

streamscope.views = {};
streamscope.views.channels = function ({ query }) {
  const { found, wrong } = streamscope.select(query);
  streamscope.shownChannels = found;
  streamscope.listQuery = query.toString();
  const view = query.get("view") === "table" ? "table" : "wall";
  const role = query.get("role") || "output";
  const withPlots = query.get("plots") === "1";
  const tab = (key, said) => h("button", { type: "button", "aria-pressed": view === key ? "true" : "false", onclick: () => change({ view: key === "wall" ? null : key }) }, said);
  const shown = view === "table" ? streamscope.grid(found, query) : streamscope.wall(found, role);
  const roleSelect = view === "wall" ? h("label", { class: "inline" }, h("span", {}, "Pictures of"), h("select", { "data-name": "role", onchange: (event) => change({ role: event.target.value === "output" ? null : event.target.value }) },
    [...streamscope.ROLES.map(([key, said]) => [key, said]), ["all", "all three"]].map(([key, said]) => h("option", { value: key, selected: key === role }, said)))) : null;
  const sortSelect = view === "wall" ? h("label", { class: "inline" }, h("span", {}, "Sorted by"), h("select", { "data-name": "sort", onchange: (event) => change({ sort: event.target.value }) },
    [["", "block and channel"], ["mix_ratio", "mix ratio, smallest first"], ["-mix_ratio", "mix ratio, largest first"], ["-scale_metric", "dB + dI, largest first"], ["-block_delta", "dB, largest first"], ["-input_delta", "dI, largest first"], ["-o_o", "O(O), largest first"]].map(([key, said]) => h("option", { value: key, selected: key === (query.get("sort") || "") }, said)))) : null;
  const element = h("div", { class: "explore" },
    h("h1", {}, "Channels"), filters(query),
    wrong.length ? h("p", { class: "note" }, `Not understood: ${wrong.join("; ")}. A range is 0.5..1.5, a bound >1, words are joined by |.`) : null,
    h("div", { class: "bar-of-views" }, h("p", { id: "found", role: "status" }, h("strong", {}, streamscope.count(found.length, "channel")), ` of ${channels.rows}`),
      h("div", { class: "tabs", role: "group", "aria-label": "View" }, tab("wall", "Wall"), tab("table", "Table"),
        h("button", { type: "button", "aria-pressed": withPlots ? "true" : "false", onclick: () => change({ plots: withPlots ? null : "1" }) }, "Plots")), roleSelect, sortSelect),
    view === "table" ? columnChooser(query) : null,
    withPlots ? plots(found, query) : null, shown.element, streamscope.exports(found));
  return { title: "Channels", element, mount: shown.mount, stop: shown.stop };
};
