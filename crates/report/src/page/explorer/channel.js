/* The place of one channel. */
const { h, number, term, ROLES, THRESHOLD } = streamscope;

const panel = (title, ...children) => h("section", { class: "panel" }, h("h2", {}, title), children);

/* Three by three photographs of one end, with what a neuron sees of them and what Block does in them. */
function nine(block, channel, role, end, rows) {
  const of = rows.filter((row) => row.role === role && row.end === end).sort((a, b) => a.rank - b.rank);
  if (!of.length) return h("p", { class: "small" }, "no photographs");
  if (of.length > 1 && of.every((row) => row.activation === of[0].activation))
    return h("p", { class: "small tie" }, `All ${of.length} are ties at ${number(of[0].activation)}: at least so many photographs give exactly that, so that their order says nothing.`);
  const field = streamscope.field(block, role);
  const maps = end === "top" && streamscope.has("maps", block, role, channel) ? `thumbnails/${block}/${role}/${channel}.maps.png` : null;
  return h("div", { class: "nine" }, of.map((row) => streamscope.photograph(row.image, {
    field, map: maps ? { path: maps, at: row.rank - 1 } : null, said: `${row.image}: ${number(row.activation)}`,
  })));
}

function pictures(at, extremes) {
  const block = streamscope.value(at, "block"), channel = streamscope.value(at, "channel");
  const grid = h("div", { class: "roles" }, ROLES.map(([role, name]) => {
    const field = streamscope.field(block, role);
    const seen = field ? (field.whole ? "sees the whole image" : `sees ${field.pixels.width} × ${field.pixels.height} pixels`) : "";
    return h("section", { class: "role", "aria-label": name }, h("h2", {}, term(name), h("span", { class: "small" }, ` ${seen}`)),
      h("div", { class: "two" },
        h("figure", {}, streamscope.picture("neuron", block, role, channel, `${name}: picture of the center neuron of channel ${channel}`), h("figcaption", {}, "center neuron", field && !field.whole ? " (what it sees)" : "")),
        streamscope.has("channel", block, role, channel)
          ? h("figure", {}, streamscope.picture("channel", block, role, channel, `${name}: picture of the whole channel ${channel}`), h("figcaption", {}, "whole channel"))
          : h("figure", { class: "lack" }, h("span", { class: "none" }, streamscope.run.cut_short ? "not made yet" : "not made: of exemplars only"), h("figcaption", {}, "whole channel"))),
      streamscope.run.images ? [h("h3", {}, "answers most to"), nine(block, channel, role, "top", extremes), h("h3", {}, "answers least to"), nine(block, channel, role, "bottom", extremes)] : null);
  }));
  const withMaps = ROLES.some(([role]) => streamscope.has("maps", block, role, channel));
  const toggles = streamscope.run.images ? h("div", { class: "toggles" },
    withMaps ? h("label", {}, h("input", { type: "checkbox", checked: document.documentElement.classList.contains("maps"), onchange: (e) => document.documentElement.classList.toggle("maps", e.target.checked) }), " where Block takes away (", h("span", { class: "swatch takes" }), " red) or adds (", h("span", { class: "swatch adds" }), " blue)") : null,
    h("label", {}, h("input", { type: "checkbox", checked: !document.documentElement.classList.contains("no-fields"), onchange: (e) => document.documentElement.classList.toggle("no-fields", !e.target.checked) }), " what the center neuron sees")) : h("p", { class: "small" }, streamscope.run.cut_short ? "No photographs were read yet." : ["The run read no photographs: ", h("code", {}, "--images DIR"), " adds those that each role answers to most and least."]);
  const whole = ROLES.filter(([role]) => !streamscope.has("channel", block, role, channel));
  const making = whole.length && !streamscope.run.cut_short ? h("details", { class: "whole" }, h("summary", {}, "Pictures of the whole channel are made of the exemplars of figures 1 and 6 alone, or of every channel with --whole-channels; the commands that make these"),
    h("p", { class: "small" }, "Each takes many times as long as the center neuron's, which sees a part of the image. The bits are those that the run would give."), whole.map(([role]) => streamscope.command(streamscope.wholeCommand(block, role, channel)))) : null;
  return [toggles, grid, making];
}

const verdict = (holds, ...words) => h("li", { class: holds ? "holds" : "fails" }, h("span", { "aria-hidden": "true" }, holds ? "✓ " : "✗ "), h("span", { class: "hidden" }, holds ? "holds: " : "does not hold: "), words);

function invariance(at, tuning) {
  const value = (name) => streamscope.value(at, name);
  const [dB, dI, ratio] = [value("block_delta"), value("input_delta"), value("mix_ratio")];
  const mixes = ratio !== null && ratio > 1 / THRESHOLD && ratio < THRESHOLD;
  const read = (seen, scale, column) => {
    const row = tuning.find((r) => r.stimulus === "picture" && r.seen === seen && r.scale === scale);
    return row ? row[column] : null;
  };
  const [b2, b1, i5, i1] = [read("input", 2, "block_activation"), read("input", 1, "block_activation"), read("block", 0.5, "input_activation"), read("block", 1, "input_activation")];
  return panel(["Scale invariance"],
    h("ul", { class: "verdicts" },
      verdict(mixes, term("mix ratio"), ` between 1/1.5 and 1.5: ${number(ratio)}`),
      verdict(dB !== null && dB > 0, term("dB"), ` above 0: ${number(dB)}`, b2 === null ? "" : h("span", { class: "small" }, ` B on the Input's picture: ${number(b1)} as it is, ${number(b2)} enlarged twice; B(B) is ${number(value("b_b"))}`)),
      verdict(dI !== null && dI > 0, term("dI"), ` above 0: ${number(dI)}`, i5 === null ? "" : h("span", { class: "small" }, ` I on the Block's picture: ${number(i1)} as it is, ${number(i5)} shrunk to half; I(I) is ${number(value("i_i"))}`))),
    h("p", {}, "By each definition: "),
    h("ul", { class: "definitions" }, streamscope.definitions.map((name) => h("li", {}, term(name, streamscope.title(name)), ": ", h("strong", {}, value(name) === null ? "not defined" : value(name) ? "yes" : "no")))));
}

/* The division that gave the mix ratio, as `explain` derives it, with the table's own numbers. */
function derivation(at) {
  const value = (name) => streamscope.value(at, name);
  const [oI, oB, ratio, category] = [value("o_i"), value("o_b"), value("mix_ratio"), value("category")];
  const line = ratio === null ? `O(I) = ${number(oI)} and O(B) = ${number(oB)}: neither is positive from any seed, so that there is no mix ratio.`
    : oB <= 0 ? `O(B) = ${number(oB)} is not positive: the ratio is set to 10.` : oI <= 0 ? `O(I) = ${number(oI)} is not positive: the ratio is set to 0.`
    : `O(I) / O(B) = ${number(oI, 4)} / ${number(oB, 4)} = ${number(ratio, 4)}`;
  const why = { overwrite: "at most 1/1.5, so the block overwrites what enters it", mix: "between 1/1.5 and 1.5, so the two mix", skip: "at least 1.5, so the Input skips to the Output" };
  return h("p", { class: "derivation" }, line, category ? `: ${why[category]}.` : "");
}

function tuningPlots(tuning, stimulus) {
  const plots = ROLES.map(([seen, name]) => {
    const rows = tuning.filter((row) => row.stimulus === stimulus && row.seen === seen).sort((a, b) => a.scale - b.scale);
    if (!rows.length) return null;
    return streamscope.curves({ at: rows.map((r) => r.scale), log: true, label: stimulus === "picture" ? `on ${name}'s picture` : `on ${name}'s nine photographs`, xTitle: "size", yTitle: "activation", height: 200,
      curves: [["Output", rows.map((r) => r.output_activation), "faint", true], ["Input", rows.map((r) => r.input_activation), "skip"], ["Block", rows.map((r) => r.block_activation), "overwrite"]] });
  }).filter(Boolean);
  return plots.length ? h("div", { class: "three" }, plots) : null;
}

function histograms(rows) {
  const plots = ROLES.map(([role, name]) => {
    const bins = rows.filter((row) => row.role === role).map((row) => [row.from, row.to, row.count, role === "input" ? "skip" : role === "block" ? "overwrite" : "mix"]);
    return bins.length ? streamscope.bars({ bins, label: name, xTitle: "center activation", yTitle: "photographs", height: 170 }) : null;
  }).filter(Boolean);
  return plots.length ? panel("Center activations over all photographs", h("div", { class: "three" }, plots)) : null;
}

const link = (block, channel) => {
  const at = streamscope.place(block, channel);
  return at < 0 ? h("span", {}, `${block}/${channel}`) : h("a", { href: streamscope.address(at) }, `${block}/${channel}`);
};

function alike(rows) {
  if (!rows.length) return null;
  return panel("Channels most alike", h("p", { class: "small" }, "Correlation of the Outputs' center activations over photographs, among all channels of the run."),
    h("ul", { class: "alike" }, rows.map((row) => {
      const at = streamscope.place(row.other_block, row.other_channel);
      return h("li", {}, at < 0 ? null : streamscope.tile(at, ["output"]), h("span", { class: "small" }, `r = ${number(row.correlation)}`));
    })));
}

function weights(rows, block) {
  if (!rows.length) return null;
  const largest = Math.max(...rows.map((row) => Math.abs(row.weight)));
  return panel("Strongest weights into it", h("p", { class: "small" }, "From the block's hidden channels, through its last convolution: the weight of largest magnitude of each."),
    h("table", { class: "small-table weights" }, h("thead", {}, h("tr", {}, ["hidden channel", "weight", "sum of |weights|"].map((t) => h("th", { scope: "col" }, t)))),
      h("tbody", {}, rows.map((row) => h("tr", {}, h("td", {}, h("a", { href: `#/${encodeURIComponent(block)}/hidden/${row.hidden}` }, row.hidden)),
        h("td", {}, h("span", { class: `bar ${row.weight < 0 ? "negative" : ""}`, style: { "--part": (Math.abs(row.weight) / largest).toFixed(4) } }, h("span", {}, number(row.weight)))), h("td", {}, number(row.sum_abs)))))));
}

/* The channel's rows of other seeds or variants: small pictures of each, what was measured, and what that makes of it. */
function conditions(at, rows, { key, ending, records }) {
  const block = streamscope.value(at, "block"), channel = streamscope.value(at, "channel");
  const columns = ["mix_ratio", "category", "block_delta", "input_delta", ...streamscope.definitions.filter((name) => name in rows[0])];
  const complete = streamscope.run.pictures.there === streamscope.run.pictures.all;
  const picture = (row, role, name) => {
    const file = `${block}/${role}/${channel}${ending(row)}`;
    if (!complete || !records || !records[`features/${file}.png`]) return null;
    return h("img", { src: streamscope.url(`thumbnails/${file}.jpg`), alt: `${name}, ${key} ${row[key]}`, loading: "lazy", decoding: "async", width: 64, height: 64 });
  };
  return h("div", { class: "scroll-x", tabindex: "0", role: "region", "aria-label": `By ${key}` }, h("table", { class: "small-table conditions" },
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, key), ROLES.map(([, name]) => h("th", { scope: "col" }, name)), columns.map((name) => h("th", { scope: "col" }, term(name, streamscope.title(name)))))),
    h("tbody", {}, rows.map((row) => h("tr", {}, h("th", { scope: "row" }, row[key]), ROLES.map(([role, name]) => h("td", {}, picture(row, role, name))), columns.map((name) => h("td", {}, streamscope.cell(row[name]))))))));
}

/* The channel at every seed: where its mix ratio falls, and what each calls it. */
function spread(at, rows, records) {
  if (rows.length < 2) return null;
  const share = (name) => { const value = streamscope.value(at, `${name}_share`); return value ? `${number(100 * value, 0)} % ${name}` : null; };
  return panel(`Over ${streamscope.count(rows.length, "seed")}`, h("p", { class: "small" }, `Of the seeds ${streamscope.CATEGORIES.map(share).filter(Boolean).join(", ")}; mix ratio ${number(streamscope.value(at, "mix_ratio_mean"))} ± ${number(streamscope.value(at, "mix_ratio_deviation"))} (mean and standard deviation).`),
    streamscope.ratiosOnAxis(rows.map((row) => row.mix_ratio)),
    conditions(at, rows, { key: "seed", ending: (row) => (String(row.seed) === streamscope.run.seed ? "" : `.seed${row.seed}`), records }));
}

/* The channel with one thing of the study changed. */
function variants(at, rows, records) {
  if (!rows.length) return null;
  return panel("In variants of the study", h("p", { class: "small" }, "Each changes one thing of the published study; where there is no picture, the published one is read otherwise."), conditions(at, rows, { key: "variant", ending: (row) => `.${row.variant}`, records }));
}

/* Tables of the registry that nothing above shows: whatever they are, their rows of this channel. */
const SHOWN = new Set(["seeds", "variants", "extremes", "scale_tuning", "activation_histogram", "alike", "hidden_weights", "receptive_fields"]);
function otherTables(block, channel, parts) {
  return streamscope.run.tables.filter((t) => t.of_blocks && !SHOWN.has(t.name) && parts[t.name] && parts[t.name].length).map((t) => {
    const names = t.columns.map((c) => c.name).filter((name) => name !== "block" && name !== "channel");
    return panel(t.title || t.name, h("p", { class: "small" }, t.about.replace(/`/g, "")), h("div", { class: "scroll-x", tabindex: "0", role: "region", "aria-label": t.title || t.name }, h("table", { class: "small-table" },
      h("thead", {}, h("tr", {}, names.map((name) => h("th", { scope: "col" }, term(name, streamscope.title(name), t.name))))),
      h("tbody", {}, parts[t.name].map((row) => h("tr", {}, names.map((name) => h("td", {}, streamscope.cell(row[name], (t.columns.find((c) => c.name === name) || {}).unit)))))))));
  });
}

/* Every column of the channel's row: what is new in the registry is here without a line. */
function everything(at) {
  return h("details", { class: "panel" }, h("summary", {}, "Every column of tables/channels.csv"), h("dl", { class: "columns" }, Object.keys(streamscope.channels.columns).map((name) => {
    const unit = (streamscope.columnOf("channels", name) || {}).unit;
    return [h("dt", {}, term(name, name)), h("dd", {}, streamscope.cell(streamscope.value(at, name), unit) || "empty")];
  })));
}

const quote = (text) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replace(/'/g, "'\\''")}'`);
/* The weights, and how their images are read where that is not as ImageNet's. */
const COLORS = { mean: "0.485,0.456,0.406", std: "0.229,0.224,0.225" };
function source() {
  const { network } = streamscope.run;
  const read = network.preprocessing || {};
  // Numbers of single precision, as people write them.
  const said = (name) => read[name].map((value) => Number(value.toPrecision(7))).join(",");
  const other = Object.keys(COLORS).filter((name) => read[name] && said(name) !== COLORS[name]).map((name) => ` --${name} ${said(name)}`);
  const resize = read.resize && read.resize !== Math.round((network.input_size * 256) / 224) ? ` --resize ${read.resize}` : "";
  return `--weights ${quote(network.weights)} --input-size ${network.input_size}${resize}${other.join("")}`;
}
streamscope.wholeCommand = (block, role, channel) => `cargo xtask visualize ${source()} --site ${block}.${role} --channel ${channel} --objective channel --steps ${streamscope.run.recipe.steps} --seed ${streamscope.run.seed} --out ${block}.${role}.${channel}.channel.png`;
streamscope.commandOf = function (block, channel) {
  const { run } = streamscope;
  const images = run.images ? ` --images ${quote(run.images.folder)}` : "";
  return `cargo xtask reproduce ${source()}${run.network.shuffled ? " --shuffled" : ""}${images} --blocks ${block} --channels ${channel} --steps ${run.recipe.steps} --seed ${run.seed}`;
};

function provenance(at, records) {
  const block = streamscope.value(at, "block"), channel = streamscope.value(at, "channel");
  const own = Object.entries(records || {}).filter(([name]) => new RegExp(`/${channel}(\\.channel)?\\.png$`).test(name));
  return panel("Where it comes from",
    h("p", {}, `Pictures of ${streamscope.run.recipe.steps} steps from seed ${streamscope.run.seed}; made again ${streamscope.count(streamscope.value(at, "retries") || 0, "time")}. Made again, every bit the same, by:`),
    streamscope.command(streamscope.commandOf(block, channel)), h("p", {}, "Derived step by step from its pictures and the weights by:"), streamscope.command(`cargo xtask explain ${block} ${channel} --run OUT`),
    own.length ? h("details", {}, h("summary", {}, `Its ${streamscope.count(own.length, "picture")}, and where the store keeps them`), h("ul", { class: "small" }, own.map(([name, r]) => h("li", {}, streamscope.file(name, name), `: ${r.objective} ${r.channel} of ${r.site}, seed ${r.seed}, `, h("code", {}, r.address.slice(0, 16)), "…")))) : null);
}

const neighbours = (at) => {
  const list = streamscope.shownChannels && streamscope.shownChannels.includes(at) ? streamscope.shownChannels : Array.from({ length: streamscope.channels.rows }, (_, i) => i);
  const place = list.indexOf(at);
  return { before: list[place - 1], after: list[place + 1], list, place };
};
streamscope.neighbours = neighbours;

streamscope.views.channel = async function ({ path: [block, name] }) {
  const channel = Number(name), at = streamscope.place(block, channel);
  if (at < 0) {
    const failed = (streamscope.run.blocks[block] || []).includes(channel);
    return { title: `${block}/${name}`, element: h("div", {}, h("h1", {}, `${block}/${name}`), h("p", {}, failed ? "The run studies this channel, and has no row of it: it was cut short, or its tables are not there." : "The run has no such channel."), h("p", {}, h("a", { href: "#/channels" }, "All channels"))) };
  }
  const tables = streamscope.run.tables.filter((t) => t.of_blocks && t.there && t.key.includes("channel"));
  const loaded = await Promise.all([...tables.map((t) => streamscope.part(t.name, block)), streamscope.part("pictures", block)]);
  const parts = Object.fromEntries(tables.map((t, i) => [t.name, streamscope.rowsOf(loaded[i], channel)]));
  const rows = (table) => parts[table] || [];
  const { before, after, list, place } = neighbours(at);
  const step = (to, said, key) => to === undefined ? h("span", { class: "step off", "aria-disabled": "true" }, said) : h("a", { class: "step", href: streamscope.address(to), rel: key, title: streamscope.nameOf(to) }, said);
  const pinned = streamscope.pins.has(streamscope.nameOf(at));
  const failed = streamscope.category(at) === null && streamscope.kindOf.category !== undefined;
  const measured = streamscope.value(at, "o_i") !== null || failed;
  const element = h("article", { class: "channel" },
    h("nav", { class: "steps", "aria-label": "Channels" }, step(before, "← previous", "prev"), h("a", { href: `#/channels?${streamscope.listQuery || ""}` }, `${place + 1} of ${list.length}`), step(after, "next →", "next"),
      h("button", { type: "button", class: "pin", "aria-pressed": pinned ? "true" : "false", onclick: () => { streamscope.pin(streamscope.nameOf(at)); streamscope.show(true); } }, pinned ? "Pinned" : "Pin")),
    h("header", { class: "channel-head" }, h("h1", {}, h("span", { class: "faint" }, "Channel "), `${block}/${channel}`), measured ? [streamscope.badge(at),
      streamscope.value(at, "scale_invariant") ? h("span", { class: "badge star" }, "★ scale-invariant") : null, streamscope.mixAxis(at, {}), derivation(at)] : h("span", { class: "badge failed" }, "not measured yet")),
    failed ? h("p", { class: "note" }, "No picture made its Output positive, from any seed: mix ratio and scale measures are not defined.") : null,
    streamscope.value(at, "not_finite") ? h("p", { class: "note" }, `Beyond what single precision holds: ${streamscope.value(at, "not_finite")}.`) : null,
    pictures(at, rows("extremes")),
    !measured ? null : h("div", { class: "panels" },
      panel("Nine activations", h("p", { class: "small" }, "What each role answers (rows) to the picture made for each (columns)."), h("div", { class: "scroll-x", tabindex: "0", role: "region", "aria-label": "Nine activations" }, streamscope.matrix(at))),
      streamscope.value(at, "photo_o_o") === null ? null : panel("The same on photographs", h("p", { class: "small" }, `Means over each role's top nine photographs. Mix ratio on photographs: ${number(streamscope.value(at, "photo_mix_ratio"))}.`), h("div", { class: "scroll-x", tabindex: "0", role: "region", "aria-label": "Nine activations on photographs" }, streamscope.matrix(at, "photo_"))),
      invariance(at, rows("scale_tuning")), weights(rows("hidden_weights"), block)),
    rows("scale_tuning").length ? panel("Scale tuning", h("p", { class: "small" }, "Answers to its pictures at sizes from half to double. Scale invariance reads the Block on the Input's picture at 1 and 2, and the Input on the Block's picture at 0.5 and 1."), tuningPlots(rows("scale_tuning"), "picture"), streamscope.run.images ? tuningPlots(rows("scale_tuning"), "photographs") : null) : null,
    spread(at, rows("seeds"), loaded[loaded.length - 1]), variants(at, rows("variants"), loaded[loaded.length - 1]), histograms(rows("activation_histogram")), alike(rows("alike")), streamscope.elsewhere ? streamscope.elsewhere(block, channel) : null, otherTables(block, channel, parts), measured ? everything(at) : null, provenance(at, loaded[loaded.length - 1]));
  return { title: `Channel ${block}/${channel}`, element };
};

/* A hidden channel of a block has no picture; it has the channels that it goes into. */
streamscope.views.hidden = async function ({ path: [block, , name] }) {
  const hidden = Number(name);
  const part = await streamscope.part("hidden_weights", block);
  const found = [];
  for (let at = 0; part && at < part.rows; at++) if (part.columns.hidden[at] === hidden) found.push({ channel: part.columns.channel[at], weight: part.columns.weight[at] });
  found.sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
  return { title: `Hidden channel ${hidden} of ${block}`, element: h("div", {}, h("h1", {}, `Hidden channel ${hidden} of block ${block}`),
    h("p", {}, "Between the block's convolutions; it has no place in the stream. Channels of the block that it is among the strongest weights of, the strongest first:"),
    found.length ? h("ul", { class: "alike" }, found.map(({ channel, weight }) => h("li", {}, streamscope.tile(streamscope.place(block, channel), ["block"]), h("span", { class: "small" }, `weight ${number(weight)}`)))) : h("p", {}, "None of the run's.")) };
};

/* Channels side by side. */
streamscope.pins = new Set();
try { for (const name of JSON.parse(sessionStorage.getItem("pins") || "[]")) streamscope.pins.add(name); } catch { /* without storage, pins last as long as the page */ }
streamscope.pin = function (name) {
  streamscope.pins.has(name) ? streamscope.pins.delete(name) : streamscope.pins.add(name);
  try { sessionStorage.setItem("pins", JSON.stringify([...streamscope.pins])); } catch { /* as above */ }
  streamscope.navigation();
};
streamscope.views.pins = function ({ query }) {
  const asked = (query.get("channels") || [...streamscope.pins].join(",")).split(",").filter(Boolean);
  const places = asked.map((name) => { const cut = name.lastIndexOf("/"); return streamscope.place(name.slice(0, cut), Number(name.slice(cut + 1))); }).filter((at) => at >= 0);
  const row = (said, of) => h("tr", {}, h("th", { scope: "row" }, said), places.map((at) => h("td", {}, of(at))));
  const pic = (role) => (at) => streamscope.picture("neuron", streamscope.value(at, "block"), role, streamscope.value(at, "channel"), `${role} of ${streamscope.nameOf(at)}`);
  return { title: "Side by side", element: h("div", {}, h("h1", {}, "Side by side"),
    places.length ? [h("p", {}, "This address keeps them: ", h("a", { href: `#/pins?channels=${places.map(streamscope.nameOf).join(",")}` }, "link"), "."), h("div", { class: "scroll-x", tabindex: "0", role: "region", "aria-label": "Pinned channels" }, h("table", { class: "sides" },
      h("thead", {}, h("tr", {}, h("td", {}), places.map((at) => h("th", { scope: "col" }, h("a", { href: streamscope.address(at) }, streamscope.nameOf(at)), " ", streamscope.badge(at),
        h("button", { type: "button", "aria-label": `Remove ${streamscope.nameOf(at)}`, onclick: () => { streamscope.pins.delete(streamscope.nameOf(at)); const rest = places.filter((other) => other !== at).map(streamscope.nameOf); try { sessionStorage.setItem("pins", JSON.stringify([...streamscope.pins])); } catch { /* none */ } location.hash = query.get("channels") ? `#/pins?channels=${rest.join(",")}` : "#/pins"; streamscope.show(true); } }, "×"))))),
      h("tbody", {}, ROLES.map(([role, name]) => row(name, pic(role))), row("mix ratio", (at) => streamscope.mixAxis(at, { width: 200, compact: true })),
        Object.keys(streamscope.channels.columns).slice(2).filter((name) => places.some((at) => streamscope.value(at, name) !== null)).map((name) => row(term(name, streamscope.title(name)), (at) => streamscope.cell(streamscope.value(at, name), (streamscope.columnOf("channels", name) || {}).unit))))))]
      : h("p", {}, "No channel is pinned: open one and press ", h("kbd", {}, "p"), ".")) };
};
