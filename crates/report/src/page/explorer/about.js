/* What made the run, its files, its figures, and what every word means. */
const { h, run, term } = streamscope;

const listed = (entries) => h("dl", {}, entries.filter(([, value]) => value !== null && value !== undefined && value !== "").map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));

streamscope.views.about = function () {
  const { network } = run;
  const recipe = Object.entries(run.recipe).map(([name, value]) => [name.replace(/_/g, " "), typeof value === "object" ? JSON.stringify(value) : String(value)]);
  const jitter = {};
  for (const [site, pixels] of Object.entries(run.jitter)) (jitter[pixels] = jitter[pixels] || []).push(site);
  const element = h("div", { class: "about" }, h("h1", {}, "The run"),
    listed([["program", `${run.program}, numerics version ${run.numerics_version}`], ["source", run.source_digest], ["compiler", run.compiler], ["weights", `${network.weights}, batch norm ${network.batch_norm}`], ["digest of the weights", network.weights_digest], ["network", `widths ${network.widths.join("-")}, images of ${network.input_size} by ${network.input_size} pixels${network.shuffled ? ", the elements of every tensor permuted: what is found is chance" : ""}`],
      ["images", run.images ? `${run.images.folder}, ${run.images.read} read` : "none"], ["seed", run.seed], ["instruction set", `${run.instruction_set} on ${streamscope.count(run.threads, "thread")}; neither changes a bit`], ["made again", run.retried.join("; ")]]),
    h("h2", {}, "Recipe"), listed([...recipe, ["jitter", Object.keys(jitter).sort((a, b) => a - b).map((pixels) => `${pixels} pixels at ${jitter[pixels].join(", ")}`).join("; ")]]),
    h("h2", {}, "Files"), h("ul", {}, run.tables.map((t) => h("li", {}, t.there ? streamscope.file(t.path, t.path) : `${t.path} (not there)`, `: ${t.title || t.name}`)), h("li", {}, streamscope.file(run.files.dictionary, run.files.dictionary), ": what every column holds"), h("li", {}, streamscope.file(run.files.claims, run.files.claims)), h("li", {}, streamscope.file(run.files.manifest, run.files.manifest), ": what produced it all, and the digest of every file"),
      run.images ? h("li", {}, "center activations of every photograph are NumPy arrays in “activations”, a file for each site; ", streamscope.file(run.files.images, run.files.images), " names their rows") : null),
    h("h2", {}, "Make it again"), streamscope.command(`cargo xtask verify OUT`));
  return { title: "The run", element };
};

streamscope.views.figures = function () {
  return { title: "Figures", element: h("div", {}, h("h1", {}, "Figures"), h("p", {}, "To print, in any width and format:"), streamscope.command("cargo xtask figures OUT --figures 1,2,5 --format pdf --width 3.3in"),
    run.figures.length ? run.figures.map((figure) => h("figure", { class: "paper" }, streamscope.inside ? h("p", { class: "small" }, `${figure.svg} is beside the page in the run's folder.`) : h("a", { href: streamscope.url(figure.svg) }, h("img", { src: streamscope.url(figure.svg), alt: figure.title, loading: "lazy" })), h("figcaption", {}, figure.caption))) : h("p", {}, "The folder holds none.")) };
};

streamscope.views.words = function () {
  return { title: "Words", element: h("div", {}, h("h1", {}, "What the words mean"), listed(Object.entries(streamscope.TERMS)),
    run.tables.map((t) => h("section", {}, h("h2", {}, t.path), h("p", {}, t.about.replace(/`/g, ""), ` Made from ${t.made_from.join(", ")}.`), h("div", { class: "scroll-x", tabindex: "0", role: "region", "aria-label": t.path }, h("table", { class: "words" }, h("thead", {}, h("tr", {}, ["column", "unit", "what it holds"].map((s) => h("th", { scope: "col" }, s)))),
      h("tbody", {}, t.columns.map((c) => h("tr", {}, h("th", { scope: "row" }, h("code", {}, c.name)), h("td", {}, c.unit), h("td", {}, c.definition.replace(/`/g, ""))))))))) ) };
};
