/* Elements. Texts become text nodes and nothing else: names of files are a stranger's. */
const { base } = streamscope;

streamscope.h = function h(tag, attributes, ...children) {
  const drawn = ["svg", "g", "path", "line", "rect", "circle", "text", "polygon", "polyline", "title"].includes(tag);
  const element = drawn ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style" && typeof value === "object") for (const [k, v] of Object.entries(value)) element.style.setProperty(k, v);
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  streamscope.append(element, children);
  return element;
};

streamscope.append = function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
};

/* Where a file of the run is: beside the page, or inside it. */
streamscope.url = function (path) {
  if (streamscope.inside) return streamscope.inside[path] || "";
  return streamscope.base + path.split("/").map(encodeURIComponent).join("/");
};

/* A link to a file of the run. A page that was sent alone has none beside it. */
streamscope.file = function (path, ...words) {
  if (streamscope.inside) return streamscope.h("span", { title: path }, words);
  return streamscope.h("a", { href: streamscope.url(path) }, words);
};

/* The rows of a table that is read a block at a time; null where there are none. */
streamscope.part = function (table, block) {
  const there = () => (streamscope.parts[table] || {})[block] || null;
  const known = streamscope.run.tables.find((t) => t.name === table);
  const written = table === "pictures" ? block in streamscope.run.blocks : known && known.blocks && known.blocks.includes(block);
  if (there() || streamscope.inside || !written) return Promise.resolve(there());
  const waiting = (streamscope.waiting = streamscope.waiting || {});
  const path = `page/data/${table}/${block}.js`;
  waiting[path] = waiting[path] || new Promise((resolve) => {
    const script = streamscope.h("script", { src: streamscope.url(path) });
    script.addEventListener("load", () => resolve(there()));
    script.addEventListener("error", () => resolve(null));
    document.head.append(script);
  });
  return waiting[path];
};

/* The rows of one channel, as objects. */
streamscope.rowsOf = function (part, channel) {
  if (!part) return [];
  const names = Object.keys(part.columns);
  const found = [];
  const channels = part.columns.channel;
  for (let at = 0; at < part.rows; at++) {
    if (channels[at] === channel) found.push(Object.fromEntries(names.map((name) => [name, part.columns[name][at]])));
  }
  return found;
};

streamscope.rows = function (name) {
  const table = streamscope.tables[name];
  if (!table) return [];
  const names = Object.keys(table.columns);
  return Array.from({ length: table.rows }, (_, at) => Object.fromEntries(names.map((n) => [n, table.columns[n][at]])));
};

/* What others see of a command: selected with one click. */
streamscope.command = function (text) {
  const copied = streamscope.h("span", { class: "copied", "aria-live": "polite" });
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      copied.textContent = "copied";
    } catch { copied.textContent = "select and copy it"; }
  };
  return streamscope.h("div", { class: "command" }, streamscope.h("code", { tabindex: "0" }, text),
    streamscope.h("button", { type: "button", onclick: copy, "aria-label": `Copy the command ${text}` }, "Copy"), copied);
};
