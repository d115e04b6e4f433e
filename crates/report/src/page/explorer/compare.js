/* This run beside others: which channels are of another kind there, by how much, and what differs between the recipes. */
const { h, number, others, channels } = streamscope;

for (const other of others) {
  other.table = streamscope.table(other.channels);
  other.places = new Map();
  for (let at = 0; at < other.table.rows; at++) other.places.set(`${other.table.columns.block[at]}/${other.table.columns.channel[at]}`, at);
  other.value = (name, column) => (other.places.has(name) && other.table.columns[column] ? other.table.columns[column][other.places.get(name)] : null);
}

const picture = (other, name, role) => {
  const path = other.thumbnails[`${name} ${role}`];
  return path ? h("img", { src: streamscope.url(path), alt: `${role} of ${name} in ${other.name}`, loading: "lazy", width: 96, height: 96 }) : h("span", { class: "none" }, "no picture");
};

/* A channel in the other runs. */
streamscope.elsewhere = others.length === 0 ? null : function (block, channel) {
  const name = `${block}/${channel}`;
  return h("section", { class: "panel" }, h("h2", {}, "In the other runs"), h("div", { class: "scroll-x", tabindex: "0", role: "region", "aria-label": "In the other runs" }, h("table", { class: "sides" }, h("thead", {}, h("tr", {}, ["run", "Input", "Block", "Output", "mix ratio", "category", ...streamscope.definitions.map(streamscope.title)].map((t) => h("th", { scope: "col" }, t)))),
    h("tbody", {}, others.map((other) => h("tr", {}, h("th", { scope: "row" }, other.name), streamscope.ROLES.map(([role]) => h("td", {}, picture(other, name, role))), h("td", {}, number(other.value(name, "mix_ratio"))), h("td", {}, other.value(name, "category") || ""), streamscope.definitions.map((d) => h("td", {}, streamscope.cell(other.value(name, d))))))))));
};

streamscope.changes = function (other) {
  const found = [];
  for (let at = 0; at < channels.rows; at++) {
    const name = streamscope.nameOf(at);
    if (!other.places.has(name)) continue;
    const categories = [streamscope.category(at), other.value(name, "category")];
    const criteria = streamscope.definitions.filter((d) => other.table.columns[d] && streamscope.value(at, d) !== other.value(name, d));
    const ratios = [streamscope.value(at, "mix_ratio"), other.value(name, "mix_ratio")];
    const by = ratios[0] > 0 && ratios[1] > 0 ? Math.log2(ratios[1] / ratios[0]) : null;
    found.push({ at, name, categories, criteria, ratios, by, changed: categories[0] !== categories[1] || criteria.length > 0 });
  }
  return found;
};

streamscope.views.compare = function ({ query }) {
  if (!others.length) return { title: "Compare", element: h("div", {}, h("h1", {}, "Compare"), h("p", {}, "This page is of one run. Beside others it is made by:"), streamscope.command("cargo xtask report OUT --against OTHER")) };
  const all = query.get("all") === "1";
  const sections = others.map((other) => {
    const found = streamscope.changes(other);
    const shown = found.filter((f) => all || f.changed).sort((a, b) => Math.abs(b.by || 0) - Math.abs(a.by || 0));
    const of = (from, to) => found.filter((f) => f.categories[0] === from && f.categories[1] === to).length;
    const kinds = [...streamscope.CATEGORIES];
    return h("section", { class: "panel" }, h("h2", {}, other.name), h("p", {}, `${other.folder}: ${streamscope.count(found.length, "channel")} in both, of which ${found.filter((f) => f.categories[0] !== f.categories[1]).length} are of another category and ${found.filter((f) => f.criteria.length).length} meet other criteria.`),
      h("h3", {}, "What differs between the two"), other.differences.length ? h("div", { class: "scroll-x", tabindex: "0", role: "region", "aria-label": "Fields that differ" }, h("table", { class: "words" }, h("thead", {}, h("tr", {}, ["field", "here", other.name].map((t) => h("th", { scope: "col" }, t)))), h("tbody", {}, other.differences.map(([field, here, there]) => h("tr", {}, h("th", { scope: "row" }, field), h("td", {}, here), h("td", {}, there)))))) : h("p", {}, "No field of network, images, recipe or seed."),
      h("h3", {}, "From here (rows) to there"), h("table", { class: "small-table transitions" }, h("thead", {}, h("tr", {}, h("td", {}), kinds.map((k) => h("th", { scope: "col" }, k)))), h("tbody", {}, kinds.map((from) => h("tr", {}, h("th", { scope: "row" }, from), kinds.map((to) => h("td", { class: from === to ? "same" : null }, of(from, to))))))),
      h("h3", {}, all ? "All channels, the largest change first" : "Channels that change, the largest change first"),
      h("div", { class: "scroll-x tall", tabindex: "0", role: "region", "aria-label": "Changes" }, h("table", { class: "sides changes" }, h("thead", {}, h("tr", {}, ["channel", "here", "there", "mix ratio", "factor", "criteria that differ"].map((t) => h("th", { scope: "col" }, t)))),
        h("tbody", {}, shown.slice(0, 400).map((f) => h("tr", {}, h("th", { scope: "row" }, h("a", { href: streamscope.address(f.at) }, f.name)), h("td", {}, streamscope.bare("neuron", streamscope.value(f.at, "block"), "output", streamscope.value(f.at, "channel"), `Output of ${f.name} here`), h("span", { class: "small" }, f.categories[0] || "")), h("td", {}, picture(other, f.name, "output"), h("span", { class: "small" }, f.categories[1] || "")), h("td", {}, `${number(f.ratios[0], 2)} → ${number(f.ratios[1], 2)}`), h("td", {}, f.by === null ? "" : `× ${number(2 ** f.by, 2)}`), h("td", {}, f.criteria.map(streamscope.title).join(", "))))))), shown.length > 400 ? h("p", { class: "small" }, `The first 400 of ${shown.length}.`) : null);
  });
  return { title: "Compare", element: h("div", {}, h("h1", {}, "This run beside others"), h("p", {}, h("label", {}, h("input", { type: "checkbox", checked: all, onchange: () => streamscope.change({ all: all ? null : "1" }) }), " unchanged channels too")), sections) };
};
