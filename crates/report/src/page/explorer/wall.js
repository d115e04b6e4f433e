/* Many channels at once: rows of a fixed height of which only those in view exist. */
const { h, number } = streamscope;
const { Virtualizer, elementScroll, observeElementRect, observeElementOffset } = streamscope.modules["virtual-core"];

/* Rows of a height in an element that scrolls; `row` makes one. */
streamscope.virtual = function ({ scroller, count, height, draw, overscan = 4 }) {
  const options = () => ({
    count, getScrollElement: () => scroller, estimateSize: () => height, overscan,
    scrollToFn: elementScroll, observeElementRect, observeElementOffset,
    initialRect: { width: scroller.clientWidth, height: scroller.clientHeight },
    onChange: (instance) => draw(instance.getVirtualItems(), instance.getTotalSize()),
  });
  const virtualizer = new Virtualizer(options());
  const stop = virtualizer._didMount();
  virtualizer._willUpdate();
  draw(virtualizer.getVirtualItems(), virtualizer.getTotalSize());
  return { stop, virtualizer };
};

streamscope.tile = function (at, roles, selected) {
  const block = streamscope.value(at, "block"), channel = streamscope.value(at, "channel");
  const ratio = streamscope.value(at, "mix_ratio"), category = streamscope.category(at);
  const star = streamscope.value(at, "scale_invariant");
  return h("a", { class: `tile ${category || "failed"}`, href: streamscope.address(at) },
    h("span", { class: "pictures" }, roles.map((role) => streamscope.bare("neuron", block, role, channel))),
    h("span", { class: "label" }, h("strong", {}, `${block}/${channel}`), h("span", { class: "ratio" }, h("span", { class: "hidden" }, `${category || "no mix ratio"}${star ? ", scale-invariant" : ""} `), h("span", { "aria-hidden": "true" }, `${star ? "★ " : ""}${streamscope.MARKS[category] || "?"} `), ratio === null ? "" : number(ratio, 2))));
};

streamscope.wall = function (found, role) {
  const roles = role === "all" ? streamscope.ROLES.map((r) => r[0]) : [role];
  const scroller = h("div", { class: "scroller wall", tabindex: "0", role: "region", "aria-label": `Wall of ${streamscope.count(found.length, "channel")}` });
  const inner = h("div", { class: "inner" });
  scroller.append(inner);
  if (!found.length) { scroller.append(h("p", { class: "empty" }, "No channel is like that.")); return { element: scroller, mount() {}, stop() {} }; }
  let running = null;
  const mount = () => {
    if (running) running.stop();
    // As many of some 110 pixels as there is room for, which then share all of it.
    const room = scroller.clientWidth - 8, gap = 8, own = 2 * (roles.length - 1);
    const across = Math.max(1, Math.round(room / ((innerWidth < 600 ? 92 : 112) * roles.length + own + gap)));
    const side = Math.floor(((room / across) - gap - own) / roles.length);
    const height = side + 34;
    inner.style.setProperty("--tile", `${side}px`);
    // A few rows need no more room than they take.
    scroller.style.maxHeight = `${Math.ceil(found.length / across) * height + 16}px`;
    const made = new Map();
    const draw = (items, total) => {
      inner.style.height = `${total}px`;
      const wanted = new Set(items.map((item) => item.index));
      for (const [index, row] of made) if (!wanted.has(index)) { row.remove(); made.delete(index); }
      for (const item of items) {
        if (made.has(item.index)) continue;
        const row = h("div", { class: "tiles", style: { top: `${item.start}px`, "--across": across } },
          found.slice(item.index * across, (item.index + 1) * across).map((at) => streamscope.tile(at, roles)));
        made.set(item.index, row);
        const after = [...made.keys()].filter((index) => index > item.index).sort((a, b) => a - b)[0];
        inner.insertBefore(row, after === undefined ? null : made.get(after));
      }
    };
    inner.replaceChildren();
    running = streamscope.virtual({ scroller, count: Math.ceil(found.length / across), height, draw });
  };
  return { element: scroller, mount, stop: () => running && running.stop() };
};
