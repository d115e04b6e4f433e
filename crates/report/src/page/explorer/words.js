/* Words and numbers as people read them, and what each term means. */
const { h } = streamscope;

streamscope.number = function (value, digits = 3) {
  if (value === null || value === undefined) return "not defined";
  if (typeof value !== "number") return String(value);
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "∞" : "−∞";
  if (Number.isInteger(value) && Math.abs(value) < 1e7) return String(value).replace("-", "−");
  const size = Math.abs(value);
  const text = size !== 0 && (size < 1e-3 || size >= 1e5) ? value.toExponential(2) : value.toFixed(digits);
  return text.replace("-", "−");
};

streamscope.cell = function (value, unit) {
  if (value === null || value === undefined || value === "") return "";
  if (value === true) return "yes";
  if (value === false) return "no";
  if (unit === "number" || unit === "count" || unit === "channels") return String(value);
  return streamscope.number(value);
};

streamscope.count = (n, one, many) => `${n.toLocaleString("en")} ${n === 1 ? one : many || one + "s"}`;

/* The field's terms, for readers who do not know them yet. */
streamscope.TERMS = {
  "Input": "What enters a block from the residual stream (I): the running sum of all blocks before it.",
  "Block": "What the block itself computes from its Input and adds (B).",
  "Output": "The sum of Input and Block, rectified (O): the Input of the next block.",
  "channel": "One of the parallel maps that a layer computes. A channel keeps its place along the stream: Input, Block and Output of a block have the same channels.",
  "center neuron": "A channel's unit at the middle of its map. Activations here are those of center neurons.",
  "picture": "An image made by gradient ascent, so that the center neuron (or the whole channel) answers as strongly as possible. It shows what it prefers.",
  "mix ratio": "O(I) / O(B): how strongly the Output answers to the picture made for the Input, relative to the one made for the Block. Up to 1/1.5 the block overwrites what enters it, from 1.5 on the Input skips to the Output, between them the two mix. 10 and 0 stand for a denominator or numerator that is not positive.",
  "overwrite": "Mix ratio up to 1/1.5: the Output prefers what the Block adds, not what entered.",
  "mix": "Mix ratio between 1/1.5 and 1.5: the Output answers to both.",
  "skip": "Mix ratio from 1.5 on: the Output still prefers what entered.",
  "dB": "How much more the Block answers to the Input's picture when that is enlarged twice, relative to B(B). Above 0, the Block looks for the same thing, larger.",
  "dI": "How much more the Input answers to the Block's picture when that is shrunk to half, relative to I(I). Above 0, the Input looks for the same thing, smaller.",
  "scale-invariant": "A channel whose Input and Block prefer the same thing at two sizes, and whose Output mixes both. Papers 1 and 2 define it differently: each definition has its name here.",
  "receptive field": "The part of the image that a center neuron can see at all.",
  "activation": "What a neuron answers. Activations have no unit.",
  "tuning curve": "How Input and Block go together over photographs: Spearman's correlation of their center activations.",
};

streamscope.columnOf = function (table, name) {
  const found = streamscope.run.tables.find((t) => t.name === table);
  return (found && found.columns.find((column) => column.name === name)) || null;
};

/* A word with its definition a click, a key or a pointer away. */
streamscope.term = function (word, said, table = "channels") {
  const column = streamscope.columnOf(table, word);
  const text = streamscope.TERMS[word] || (column ? column.definition.replace(/`/g, "") : "");
  if (!text) return h("span", {}, said || word);
  const show = (event) => {
    const box = document.getElementById("definition");
    box.replaceChildren(h("strong", {}, said || word), h("p", {}, text),
      column ? h("p", { class: "small" }, `Column ${word} of tables/${table}.csv; unit: ${column.unit}.`) : "");
    const at = event.currentTarget.getBoundingClientRect();
    box.showPopover();
    const width = box.offsetWidth;
    box.style.left = `${Math.max(8, Math.min(at.left, innerWidth - width - 8))}px`;
    box.style.top = `${Math.min(at.bottom + 6, innerHeight - box.offsetHeight - 8)}px`;
  };
  return h("button", { type: "button", class: "term", title: text, onclick: show }, said || word);
};

/* A column's name without underscores. */
streamscope.TITLES = {
  mix_ratio: "mix ratio", block_delta: "dB", input_delta: "dI", scale_metric: "dB + dI",
  scale_invariant: "scale-invariant (paper 1)", scale_invariant_no_mix: "scale-invariant but for the mix",
  scale_invariant_by_block: "scale-invariant (paper 2)", photo_scale_invariant: "scale-invariant on photographs",
};
streamscope.title = function (name) {
  if (streamscope.TITLES[name]) return streamscope.TITLES[name];
  const nine = /^(photo_)?([oib])_([oib])$/.exec(name);
  if (nine) return `${nine[2].toUpperCase()}(${nine[3].toUpperCase()})${nine[1] ? " on photographs" : ""}`;
  return name.replace(/_/g, " ").replace(/^photo /, "photographs: ");
};
