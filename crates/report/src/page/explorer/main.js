/* Which view an address stands for, and keys. */
const { h, run } = streamscope;
const content = document.getElementById("content");
let stop = null, turn = 0;

document.body.append(h("div", { id: "tip", hidden: true }));
/* Few pixels are shown as they are, each of them. */
document.documentElement.classList.toggle("few-pixels", run.network.input_size <= 64);

streamscope.navigation = function () {
  const here = streamscope.parse(location.hash).path[0] || "";
  const item = (path, said, current) => h("a", { href: `#/${path}`, "aria-current": (current || [path]).includes(here) ? "page" : null }, said);
  document.getElementById("top").replaceChildren(h("nav", { "aria-label": "Views" }, h("a", { class: "brand", href: "#/" }, "Streamscope ", h("span", {}, run.name)),
    item("channels", "Channels"), run.images ? item("images", "Photographs", ["images", "image"]) : null, item("pins", streamscope.pins.size ? `Pins (${streamscope.pins.size})` : "Pins"), item("compare", "Compare"), item("figures", "Figures"), item("words", "Words"), item("about", "The run"),
    h("button", { type: "button", class: "keys", onclick: help, "aria-label": "Keys" }, "?")));
};

function viewOf(path) {
  if (path.length === 0) return "home";
  if (path[0] === "image") return "image";
  if (path.length === 3 && path[1] === "hidden") return "hidden";
  if (path.length === 2) return "channel";
  return ["channels", "images", "pins", "compare", "figures", "words", "about"].includes(path[0]) ? path[0] : null;
}

/* Draws the view of the address. What is focused in a form stays so, and so does where the page is scrolled to. */
streamscope.show = async function (again) {
  const own = ++turn;
  const started = performance.now();
  const address = streamscope.parse(location.hash);
  const name = viewOf(address.path);
  const before = content.dataset.view;
  const view = name ? await streamscope.views[name](address) : { title: "Not found", element: h("div", {}, h("h1", {}, "Not found"), h("p", {}, "There is nothing at this address. ", h("a", { href: "#/" }, "To the first screen"), ".")) };
  if (own !== turn) return;
  if (stop) stop();
  const focused = document.activeElement && content.contains(document.activeElement) ? document.activeElement : null;
  const kept = focused && (focused.id || focused.dataset.name) ? { id: focused.id, name: focused.dataset.name, from: focused.selectionStart, to: focused.selectionEnd } : null;
  const same = name === before && (name === "channels" || name === "images" || again);
  const open = same ? [...content.querySelectorAll("details")].map((d) => d.open) : [];
  content.replaceChildren(view.element);
  content.dataset.view = name || "";
  if (same) content.querySelectorAll("details").forEach((d, i) => { d.open = Boolean(open[i]); });
  document.title = `${view.title ? view.title + " · " : ""}Streamscope: the residual stream of ${run.name}`;
  stop = view.stop || null;
  if (view.mount) view.mount();
  streamscope.navigation();
  document.getElementById("tip").hidden = true;
  const field = kept && same ? (kept.id ? document.getElementById(kept.id) : content.querySelector(`[data-name="${CSS.escape(kept.name)}"]`)) : null;
  if (field) {
    field.focus({ preventScroll: true });
    try { if (kept.from !== null) field.setSelectionRange(kept.from, kept.to); } catch { /* numbers have no selection */ }
  } else if (!same && before !== undefined) {
    scrollTo(0, 0);
    const heading = content.querySelector("h1");
    if (heading) { heading.tabIndex = -1; heading.focus({ preventScroll: true }); }
  }
  performance.measure("view", { start: started, end: performance.now() });
  document.documentElement.dataset.shown = String(own);
};

function help() {
  const dialog = document.getElementById("keys");
  const key = (k, said) => [h("dt", {}, h("kbd", {}, k)), h("dd", {}, said)];
  dialog.replaceChildren(h("h2", {}, "Keys"), h("dl", {}, key("/", "search"), key("← →", "previous and next channel, in the order of the list"), key("p", "pin this channel"), key("s", "pinned channels side by side"), key("c", "all channels"), key("h", "first screen"), key("?", "these keys")),
    h("form", { method: "dialog" }, h("button", {}, "Close")));
  dialog.setAttribute("aria-label", "Keys");
  dialog.showModal();
}

addEventListener("keydown", (event) => {
  const typing = event.target.closest && event.target.closest("input, select, textarea, [contenteditable], dialog");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const scrolls = event.target.closest && event.target.closest(".scroller, .scroll-x");
  const follow = (rel) => { const to = document.querySelector(`.steps a[rel="${rel}"]`); if (to && !scrolls) { event.preventDefault(); location.hash = to.getAttribute("href"); } };
  if (event.key === "ArrowLeft") follow("prev");
  else if (event.key === "ArrowRight") follow("next");
  else if (event.key === "p") { const pin = document.querySelector("button.pin"); if (pin) pin.click(); }
  else if (event.key === "s") location.hash = "#/pins";
  else if (event.key === "c") location.hash = `#/channels?${streamscope.listQuery || ""}`;
  else if (event.key === "h") location.hash = "#/";
  else if (event.key === "?") help();
  else if (event.key === "/") {
    event.preventDefault();
    const field = document.getElementById("q");
    if (field) field.focus();
    else { location.hash = "#/channels"; setTimeout(() => document.getElementById("q") && document.getElementById("q").focus(), 50); }
  }
});

addEventListener("hashchange", () => streamscope.show());
let laid = innerWidth;
addEventListener("resize", () => { if (innerWidth !== laid && ["channels"].includes(content.dataset.view)) { laid = innerWidth; streamscope.show(true); } });
document.getElementById("bottom").append(`${run.program}. `, h("a", { href: "#/words" }, "What the words mean"), ". ", h("a", { href: "#/about" }, "How it was made"), ".");
streamscope.navigation();
streamscope.show();
