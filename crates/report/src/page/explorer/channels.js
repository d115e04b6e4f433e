/* The channels of the run: their order, their places, what kind each is. */
const THRESHOLD = 1.5;
streamscope.THRESHOLD = THRESHOLD;
streamscope.ROLES = [["input", "Input", "I"], ["block", "Block", "B"], ["output", "Output", "O"]];
streamscope.CATEGORIES = ["overwrite", "mix", "skip"];
streamscope.MARKS = { overwrite: "▼", mix: "◆", skip: "▲" };

/* Of a run that measured nothing yet: the channels that it studies, which may have pictures. */
function planned() {
  const all = Object.entries(streamscope.run.blocks).flatMap(([block, list]) => list.map((channel) => [block, channel]));
  return { rows: all.length, columns: { block: all.map((c) => c[0]), channel: all.map((c) => c[1]) } };
}
const table = streamscope.tables.channels || planned();
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
};
/* On photographs: of another category, or scale-invariant on one of the two alone. */
if (columns.photo_mix_ratio && columns.photo_mix_ratio.some((value) => value !== null)) streamscope.DIFFERENCES.photographs = { said: "on photographs", is: (at) => {
  const [ratio, invariant] = [columns.photo_mix_ratio[at], columns.photo_scale_invariant ? columns.photo_scale_invariant[at] : null];
  const category = streamscope.category(at);
  const other = ratio !== null && category !== null && streamscope.categoryOf(ratio) !== category;
  return other || (invariant !== null && invariant !== streamscope.value(at, "scale_invariant"));
} };
streamscope.categoryOf = (ratio) => (ratio <= 1 / THRESHOLD ? "overwrite" : ratio >= THRESHOLD ? "skip" : "mix");

/* Between seeds: a share of them that is neither none nor all puts the channel into a category, or calls it scale-invariant. */
const shares = Object.keys(columns).filter((name) => name.endsWith("_share") && !name.startsWith("photo_") && /^(overwrite|mix|skip|scale_invariant)/.test(name));
streamscope.seeds = columns.seeds ? Math.max(1, ...columns.seeds) : 1;
if (streamscope.seeds > 1) streamscope.DIFFERENCES.seeds = { said: "between seeds", is: (at) => shares.some((name) => columns[name][at] > 0 && columns[name][at] < 1) };
