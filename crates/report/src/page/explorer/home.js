/* The first screen: what this network's stream does, in one sentence with its numbers, and ways on. */
const { h, number, run, count, CATEGORIES, MARKS, THRESHOLD } = streamscope;

const blocks = streamscope.rows("blocks");
const sum = (name) => blocks.reduce((total, row) => total + (row[name] || 0), 0);

function sentence() {
  const measured = sum("studied");
  if (!measured) return h("p", { class: "sentence" }, "No channel has been measured yet", run.pictures.there ? `; ${run.pictures.there} of ${count(run.pictures.all, "picture")} are made.` : ".");
  const percent = (n) => `${((100 * n) / measured).toFixed(0)} %`;
  const by = (least) => blocks.filter((b) => b.median_mix_ratio !== null).reduce((a, b) => (a === null || (least ? b.median_mix_ratio < a.median_mix_ratio : b.median_mix_ratio > a.median_mix_ratio) ? b : a), null);
  const [low, high] = [by(true), by(false)];
  const range = low && high && low !== high ? [` The median mix ratio goes from ${number(low.median_mix_ratio, 2)} in block ${low.block} to ${number(high.median_mix_ratio, 2)} in block ${high.block}.`] : null;
  return h("p", { class: "sentence" }, `Of ${count(measured, "channel")} in ${count(blocks.length, "block")}, `, h("strong", { class: "overwrite" }, `${sum("overwrite")} (${percent(sum("overwrite"))})`), " are ", streamscope.term("overwrite", "overwritten"), " by their block, ",
    h("strong", { class: "mix" }, `${sum("mix")} (${percent(sum("mix"))})`), " ", streamscope.term("mix"), " what enters with what the block adds, and ", h("strong", { class: "skip" }, `${sum("skip")} (${percent(sum("skip"))})`), " ", streamscope.term("skip"), " through; ",
    h("strong", {}, sum("scale_invariant")), " are ", streamscope.term("scale-invariant"), ".", range);
}

/* Of a run that measured nothing yet: some of the channels that have pictures. */
function made() {
  if (sum("studied")) return null;
  const of = (at) => ["output", "block", "input"].find((role) => streamscope.has("neuron", streamscope.value(at, "block"), role, streamscope.value(at, "channel")));
  const some = Array.from({ length: streamscope.channels.rows }, (_, at) => at).filter(of).slice(0, 16);
  return some.length ? h("div", { class: "alike" }, some.map((at) => streamscope.tile(at, [of(at)]))) : null;
}

/* How sure all of it is: steps, seeds, photographs, and whether somebody audited the run. */
function sure() {
  const { audit } = streamscope;
  const seeds = streamscope.seeds > 1 ? `${streamscope.seeds} seeds: a share of them stands beside each verdict of a channel` : `one seed, ${run.seed}: near a threshold the verdict may be the seed's`;
  const read = run.images ? ` ${count(run.images.read, "photograph")}.` : "";
  const command = h("code", {}, "cargo xtask audit --run OUT");
  let audited = ["Not audited: ", command, " does it."];
  if (audit && !audit.of_this) audited = ["An audit lies here, of other weights, numerics or tables than these: ", command, " audits them."];
  else if (audit && (audit.beyond || audit.broken)) audited = [h("strong", { class: "fails" }, "Its audit failed"), `: ${audit.beyond} of ${count(audit.comparisons, "comparison")} beyond their bounds, ${audit.broken} of ${count(audit.laws, "law")} of the kernels broken.`];
  else if (audit) audited = [h("strong", { class: "holds" }, "Audited"), `: ${count(audit.comparisons, "comparison")} with witnesses, each within its bound${audit.skipped ? ` (${audit.skipped} skipped)` : ""}; digest `, h("code", {}, audit.digest), "."];
  return h("p", { class: "sure" }, `Pictures of ${count(run.recipe.steps, "step")}. ${seeds[0].toUpperCase()}${seeds.slice(1)}.${read} `, h("span", { id: "audited" }, audited));
}

/* The clearest of each kind, sentinels last: the smallest ratio, the one nearest 1, the largest; the largest scale metric of those that meet all criteria. */
streamscope.clearest = function () {
  const { columns: c, rows } = streamscope.channels;
  const all = Array.from({ length: rows }, (_, at) => at).filter((at) => c.mix_ratio && c.mix_ratio[at] !== null);
  const sentinel = (at) => (c.o_b[at] <= 0 || c.o_i[at] <= 0 ? 1 : 0);
  const best = (list, of) => list.slice().sort((a, b) => sentinel(a) - sentinel(b) || of(a) - of(b))[0];
  const kind = (name) => all.filter((at) => c.category[at] === name);
  return [["overwrite", best(kind("overwrite"), (at) => c.mix_ratio[at])], ["mix", best(kind("mix"), (at) => Math.abs(Math.log(c.mix_ratio[at])))], ["skip", best(kind("skip"), (at) => -c.mix_ratio[at])],
    ["scale-invariant", best(all.filter((at) => c.scale_invariant[at] && c.scale_metric[at] !== null), (at) => -c.scale_metric[at])]].filter(([, at]) => at !== undefined);
};

function strip() {
  const said = { overwrite: "The clearest overwrite: the Output prefers what the Block adds.", mix: "The clearest mix: the Output answers to both.", skip: "The clearest skip: the Output still prefers what entered.", "scale-invariant": "The clearest scale-invariant channel: the same at two sizes." };
  return h("div", { class: "strip" }, streamscope.clearest().map(([kind, at]) => h("a", { class: `card ${kind}`, href: streamscope.address(at) },
    h("span", { class: "card-head" }, h("strong", {}, `${MARKS[kind] || "★"} ${kind}`), h("span", {}, streamscope.nameOf(at))),
    h("span", { class: "three-pictures" }, streamscope.ROLES.map(([role, name]) => h("span", {}, streamscope.bare("neuron", streamscope.value(at, "block"), role, streamscope.value(at, "channel"), `${name} of the ${kind} channel ${streamscope.nameOf(at)}`), h("span", { class: "small" }, name)))),
    h("span", { class: "small" }, `mix ratio ${number(streamscope.value(at, "mix_ratio"), 2)}. ${said[kind]}`))));
}

/* The network as a stream: a block after the other, with the mix ratios of its channels as small bars. */
function network() {
  const bins = streamscope.rows("mix_histogram");
  const missing = run.not_computed.map((m) => m.what.replace(/^block /, ""));
  return h("div", { class: "network", role: "list", "aria-label": "Blocks along the stream" }, blocks.map((b, place) => {
    const own = bins.filter((bin) => bin.block === b.block);
    const highest = Math.max(...own.map((bin) => bin.count), 1);
    const said = `Block ${b.block}: ${b.overwrite} overwrite, ${b.mix} mix, ${b.skip} skip; median mix ratio ${number(b.median_mix_ratio, 2)}`;
    return h("div", { role: "listitem", class: "block" }, h("a", { href: `#/channels?f.block=${encodeURIComponent(b.block)}` },
      h("span", { class: "block-name" }, h("strong", {}, b.block), h("span", { class: "small" }, b.studied + b.failed === b.channels ? `${b.channels}` : `${b.studied + b.failed} of ${b.channels}`)),
      h("svg", { viewBox: "0 0 100 46", class: "bins", "aria-hidden": "true", preserveAspectRatio: "none" }, own.map((bin, at) => h("rect", { x: at * 5, width: 4.2, y: 46 - (44 * bin.count) / highest, height: (44 * bin.count) / highest, class: streamscope.categoryOf((bin.from + bin.to) / 2) })),
        h("line", { x1: 20, x2: 20, y1: 0, y2: 46, class: "one" })),
      streamscope.proportions(b, said), h("span", { class: "small counts" }, h("span", {}, `▼${b.overwrite}`), h("span", {}, `◆${b.mix}`), h("span", {}, `▲${b.skip}`)),
      h("span", { class: "small" }, `median ${number(b.median_mix_ratio, 2)}`), b.scale_invariant ? h("span", { class: "small" }, `★ ${b.scale_invariant} scale-inv.`) : h("span", { class: "small" }, "\u00a0")),
      place < blocks.length - 1 ? h("span", { class: "arrow", "aria-hidden": "true" }, "→") : null);
  }), missing.map((what) => h("div", { role: "listitem", class: "block missing" }, h("strong", {}, what), h("span", { class: "small" }, "not computed"))));
}

function unsure() {
  const claims = streamscope.rows("claims");
  const open = claims.filter((c) => c.verdict === "not checked");
  const lines = [];
  if (run.lacks.length) lines.push(["This folder lacks something", run.lacks.map((text) => h("li", {}, text))]);
  if (run.not_computed.length) lines.push([`${count(run.not_computed.length, "part")} of the network could not be computed`, run.not_computed.map((m) => h("li", {}, m.what, m.missing_tensors.length ? `: the weights lack ${m.missing_tensors.join(", ")}` : ": it comes after what is incomplete"))]);
  if (run.failed.length) lines.push([`${count(run.failed.length, "channel")} without a mix ratio`, [h("li", {}, "No picture made the output positive, from any seed."), ...run.failed.map((text) => h("li", {}, text))]]);
  if (run.retried.length) lines.push([`${count(run.retried.length, "channel")} made again from another seed`, [h("li", {}, "Their first pictures made the Output no answer; how often is in brackets."), ...run.retried.map((text) => h("li", {}, text))]]);
  if (open.length) lines.push([`${count(open.length, "claim")} of the papers not checked`, open.map((c) => h("li", {}, `${c.claim} (${c.source})`, c.reason ? `: ${c.reason}` : ""))]);
  const images = run.images;
  if (images) {
    const passed = Object.entries(images.passed_over || {});
    const wrong = [...images.skipped.map((text) => h("li", {}, text)), ...images.flawed.map((text) => h("li", {}, text)), ...passed.map(([kind, n]) => h("li", {}, `${count(n, "file")} passed over: ${kind}`))];
    if (wrong.length) lines.push([[images.skipped.length ? `${count(images.skipped.length, "photograph")} not read` : null, images.flawed.length ? `${images.flawed.length} read though flawed` : null, passed.length ? `${count(passed.reduce((n, p) => n + p[1], 0), "file")} passed over` : null].filter(Boolean).join(", "), wrong]);
  } else if (run.cut_short) lines.push(["No photographs were read before it was stopped", [h("li", {}, "They come after the pictures, where the command has --images.")]]);
  else lines.push(["No photographs were read", [h("li", {}, "Tuning curves, top and bottom photographs, figure 9 and what is measured on photographs are not there. --images DIR of reproduce adds them.")]]);
  if (run.network.batch_norm === "folded") lines.push(["Batch norm is folded", [h("li", {}, "|bn2.weight| cannot be recovered from these weights: the upper row of figure 3 is not there.")]]);
  if (!lines.length) return null;
  return h("details", { class: "unsure" }, h("summary", {}, "What could not be computed or checked: ", lines.map((l) => l[0]).join("; "), "."), lines.map(([title, items]) => h("section", {}, h("h3", {}, title), h("ul", {}, items))));
}

function claims() {
  const all = streamscope.rows("claims").filter((c) => c.verdict !== "not checked");
  if (!all.length) return null;
  const holds = all.filter((c) => c.verdict === "holds").length;
  return h("details", { class: "panel", id: "claims" }, h("summary", {}, h("strong", {}, "Paper against ours: "), `${holds} of ${count(all.length, "claim")} that could be checked ${holds === 1 ? "holds" : "hold"}`),
    h("div", { class: "scroll-x", tabindex: "0", role: "region", "aria-label": "Paper against ours" }, h("table", { class: "words" }, h("thead", {}, h("tr", {}, ["claim", "paper", "ours", "verdict", "limits"].map((t) => h("th", { scope: "col" }, t)))),
      h("tbody", {}, all.map((c) => h("tr", {}, h("td", {}, c.claim, h("span", { class: "small" }, ` ${c.source || ""}`)), h("td", {}, c.paper || ""), h("td", {}, c.ours || ""), h("td", { class: c.verdict === "holds" ? "holds" : "fails" }, c.verdict), h("td", {}, c.reason || "")))))));
}

streamscope.views.home = function () {
  const go = (event) => {
    event.preventDefault();
    const text = event.target.elements.q.value.trim();
    const channel = /^(\S+)\s*[/: ]\s*(\d+)$/.exec(text);
    if (channel && streamscope.place(channel[1], Number(channel[2])) >= 0) location.hash = `#/${encodeURIComponent(channel[1])}/${Number(channel[2])}`;
    else if (streamscope.isPhotograph(text)) location.hash = `#/image/${encodeURIComponent(text)}`;
    else if (text && streamscope.photographs.names.some((name) => name.toLowerCase().includes(text.toLowerCase()))) location.hash = `#/images?q=${encodeURIComponent(text)}`;
    else location.hash = streamscope.hash(["channels"], new URLSearchParams(text ? { q: text } : {}));
  };
  const element = h("div", { class: "home" }, h("h1", {}, "The residual stream of ", run.name), sentence(),
    run.cut_short ? h("p", { class: "note" }, "This run was stopped before its end: the page shows what there is. The same command goes on where it stopped.") : null, sure(),
    h("form", { class: "find", role: "search", "aria-label": "Channels and photographs", onsubmit: go }, h("label", { for: "q", class: "hidden" }, "Find a channel or a photograph"), h("input", { id: "q", name: "q", type: "search", placeholder: "Find a channel (3.1/178), a category, a photograph …", autocomplete: "off" }), h("button", { type: "submit" }, "Find"), h("a", { class: "all", href: "#/channels" }, `All ${count(streamscope.channels.rows, "channel")}`)),
    strip(), made(), blocks.length ? [h("h2", {}, "Along the stream"), h("p", { class: "small" }, "Mix ratios of each block's channels from 0 to 5, the line at 1: ", h("span", { class: "overwrite" }, "▼ overwrite"), ", ", h("span", { class: "mix" }, "◆ mix"), ", ", h("span", { class: "skip" }, "▲ skip"), "."), network()] : null, unsure(), claims());
  return { title: "", element };
};
