/* A photograph: the channels that answer to it most and least, by block and role, and what each block adds and takes away. */
const { h, number, ROLES } = streamscope;

streamscope.views.image = async function ({ path: [, name] }) {
  const title = `Photograph ${name}`;
  if (!streamscope.isPhotograph(name)) return { title, element: h("div", {}, h("h1", {}, name), h("p", {}, streamscope.run.images ? "It is at neither end of any channel." : "The run read no photographs.")) };
  const parts = await Promise.all(streamscope.blocks.map((block) => streamscope.part("extremes", block)));
  const found = [];
  parts.forEach((part, place) => {
    if (!part) return;
    const { columns: c } = part;
    // Nine that are ties say nothing of any of them: which stand there is the order of their names.
    const ends = new Map();
    const end = (at) => `${c.channel[at]} ${c.role[at]} ${c.end[at]}`;
    for (let at = 0; at < part.rows; at++) ends.set(end(at), (ends.get(end(at)) || new Set()).add(c.activation[at]));
    const counted = new Map();
    for (let at = 0; at < part.rows; at++) counted.set(end(at), (counted.get(end(at)) || 0) + 1);
    for (let at = 0; at < part.rows; at++) if (c.image[at] === name) found.push({ tie: counted.get(end(at)) > 1 && ends.get(end(at)).size === 1, block: streamscope.blocks[place], channel: c.channel[at], role: c.role[at], end: c.end[at], rank: c.rank[at], activation: c.activation[at] });
  });
  const list = (block, role, end) => {
    const all = found.filter((f) => f.block === block && f.role === role && f.end === end);
    const ties = all.filter((f) => f.tie).length;
    const of = all.filter((f) => !f.tie).sort((a, b) => a.rank - b.rank || (end === "top" ? b.activation - a.activation : a.activation - b.activation));
    const said = ties ? h("p", { class: "small ties" }, `${streamscope.count(ties, "channel")} left out: all nine there are ties at one activation, so that their order says nothing.`) : null;
    return [of.length ? h("ul", { class: "strongest" }, of.slice(0, 12).map((f) => h("li", {}, h("a", { href: streamscope.address(streamscope.place(f.block, f.channel)) }, streamscope.bare("neuron", f.block, role, f.channel, ""), h("span", {}, `${f.block}/${f.channel}`)), h("span", { class: "small" }, `${number(f.activation, 2)}, rank ${f.rank}`)),
      of.length > 12 ? h("li", { class: "small" }, `and ${of.length - 12} more`) : null)) : ties ? null : h("p", { class: "small" }, "none"), said];
  };
  const contributed = await Promise.all(streamscope.blocks.map((block) => streamscope.part("photograph_contributions", block)));
  const sums = contributed.flatMap((part, place) => {
    const at = part ? part.columns.image.indexOf(name) : -1;
    return at < 0 ? [] : [{ block: streamscope.blocks[place], ...Object.fromEntries(["input_mean", "added_mean", "taken_mean", "output_mean"].map((c) => [c, part.columns[c][at]])) }];
  });
  const largest = Math.max(...sums.flatMap((row) => [row.input_mean, row.added_mean, row.taken_mean, row.output_mean]), 1e-12);
  const bar = (value, kind) => h("td", {}, h("span", { class: `bar ${kind}`, style: { "--part": (value / largest).toFixed(4) } }, h("span", {}, number(value))));
  const contributions = sums.length ? h("section", { class: "panel" }, h("h2", {}, "What each block adds and takes away"),
    h("p", { class: "small" }, "Means over all channels of the block, at the center: what enters, what Block adds where it is positive, and what it takes from a positive Input where it is negative."),
    h("div", { class: "scroll-x", tabindex: "0", role: "region", "aria-label": "Contributions" }, h("table", { class: "small-table" }, h("thead", {}, h("tr", {}, ["block", "enters", "added", "taken away", "leaves"].map((t) => h("th", { scope: "col" }, t)))),
      h("tbody", {}, sums.map((row) => h("tr", {}, h("th", { scope: "row" }, row.block), bar(row.input_mean, ""), bar(row.added_mean, "adds"), bar(row.taken_mean, "takes"), bar(row.output_mean, ""))))))) : null;
  const tops = streamscope.blocks.map((block) => h("section", { class: "panel" }, h("h2", {}, `Block ${block}`),
    h("div", { class: "three" }, ROLES.map(([role, said]) => h("div", {}, h("h3", {}, said), h("h4", {}, "among the nine that it answers to most"), list(block, role, "top"), h("details", {}, h("summary", {}, "among the nine it answers to least"), list(block, role, "bottom")))))));
  return { title, element: h("article", {}, h("h1", { class: "name" }, name), h("div", { class: "lead" }, streamscope.photograph(name, { link: false }), h("p", {}, `At the top of ${streamscope.count(found.filter((f) => f.end === "top").length, "list")} of nine photographs, at the bottom of ${found.filter((f) => f.end === "bottom").length}.`)), contributions, tops) };
};

streamscope.views.images = function ({ query }) {
  const wanted = (query.get("q") || "").toLowerCase();
  const names = streamscope.photographs.names.filter((name) => name.toLowerCase().includes(wanted));
  return { title: "Photographs", element: h("div", {}, h("h1", {}, "Photographs"), h("p", {}, "Those that at least one channel answers to most or least."),
    h("form", { class: "filters", role: "search", "aria-label": "Photographs", onsubmit: (e) => e.preventDefault() }, h("label", { class: "search" }, h("span", {}, "Search"), h("input", { id: "q", type: "search", value: query.get("q") || "", oninput: (e) => streamscope.change({ q: e.target.value }, true) }))),
    h("p", { role: "status" }, streamscope.count(names.length, "photograph")), h("div", { class: "photographs" }, names.slice(0, 600).map((name) => streamscope.photograph(name))), names.length > 600 ? h("p", {}, `The first 600; search for others.`) : null) };
};
