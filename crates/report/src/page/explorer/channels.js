/* The channels of the run: their order, their places, what kind each is. */
const THRESHOLD = 1.5;
streamscope.THRESHOLD = THRESHOLD;
streamscope.ROLES = [["input", "Input", "I"], ["block", "Block", "B"], ["output", "Output", "O"]];
streamscope.CATEGORIES = ["overwrite", "mix", "skip"];
streamscope.MARKS = { overwrite: "▼", mix: "◆", skip: "▲" };

const table = streamscope.tables.channels || { rows: 0, columns: {} };
streamscope.channels = table;
streamscope.count_of_channels = table.rows;
const columns = table.columns;

streamscope.blocks = (streamscope.tables.blocks ? streamscope.tables.blocks.columns.block : null) || Object.keys(streamscope.run.blocks);
streamscope.kindOf = {};
for (const column of (streamscope.run.tables.find((t) => t.name === "channels") || { columns: [] }).columns) {
  const values = columns[column.name];
  if (!values) continue;
  const first = values.find((value) => value !== null);
  streamscope.kindOf[column.name] = typeof first === "boolean" ? "truth" : typeof first === "string" ? "word" : "number";
}

/* Definitions of scale invariance by their names: every column of truth values that is called so. */
streamscope.definitions = Object.keys(columns).filter((name) => name.includes("scale_invariant") && streamscope.kindOf[name] === "truth");

const places = new Map();
for (let at = 0; at < table.rows; at++) places.set(`${columns.block[at]}/${columns.channel[at]}`, at);
streamscope.place = (block, channel) => (places.has(`${block}/${channel}`) ? places.get(`${block}/${channel}`) : -1);
streamscope.nameOf = (at) => `${columns.block[at]}/${columns.channel[at]}`;
streamscope.address = (at) => `#/${encodeURIComponent(columns.block[at])}/${columns.channel[at]}`;
streamscope.value = (at, name) => (columns[name] ? columns[name][at] : null);
streamscope.category = (at) => streamscope.value(at, "category");

/* Whether a channel is another thing by another definition, or on photographs, or from another seed. */
streamscope.DIFFERENCES = {
  definitions: { said: "between definitions", is: (at) => {
    const own = streamscope.definitions.filter((name) => !name.startsWith("photo"));
    return new Set(own.map((name) => columns[name][at])).size > 1;
  } },
  photographs: { said: "on photographs", is: (at) => {
    const of = (ratio) => (ratio === null || ratio === undefined ? null : streamscope.categoryOf(ratio));
    const other = of(streamscope.value(at, "photo_mix_ratio"));
    return other !== null && streamscope.category(at) !== null && other !== streamscope.category(at);
  } },
};
streamscope.categoryOf = (ratio) => (ratio <= 1 / THRESHOLD ? "overwrite" : ratio >= THRESHOLD ? "skip" : "mix");

/* What seeds or variants say, where the run has such columns: those whose names say it. */
const differing = Object.keys(columns).filter((name) => /seed|variant/.test(name) && (streamscope.kindOf[name] === "truth" || /categor|disagree|differ/.test(name)));
if (differing.length) streamscope.DIFFERENCES.seeds = { said: "between seeds", is: (at) => differing.some((name) => {
  const value = columns[name][at];
  return typeof value === "boolean" ? !value === !/differ|disagree/.test(name) : typeof value === "string" ? /[ ,;|]/.test(value) : value > 1;
}) };
