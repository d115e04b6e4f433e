/* Which channels are shown, and in which order: everything is in the address. */
const { channels, kindOf } = streamscope;

/* The state of an address: path, and what follows the question mark. */
streamscope.parse = function (hash) {
  const [path, query] = hash.replace(/^#/, "").split("?");
  const decode = (part) => { try { return decodeURIComponent(part); } catch { return part; } };
  return { path: path.split("/").filter(Boolean).map(decode), query: new URLSearchParams(query || "") };
};
streamscope.hash = function (path, query) {
  const text = query.toString();
  return `#/${path.map(encodeURIComponent).join("/")}${text ? "?" + text : ""}`;
};

/* A condition on a column: 0.5..1.5, >1, <1, a number; words with | between them; yes, no; empty, defined. */
streamscope.condition = function (column, text) {
  const values = channels.columns[column];
  if (!values) return null;
  const wanted = text.trim();
  if (wanted === "empty") return (at) => values[at] === null;
  if (wanted === "defined") return (at) => values[at] !== null;
  if (kindOf[column] === "truth") {
    const truth = ["yes", "true", "1"].includes(wanted);
    return (at) => values[at] === truth;
  }
  if (kindOf[column] === "word") {
    const words = wanted.split("|");
    return (at) => words.includes(values[at]);
  }
  const number = (part) => (part.trim() === "" ? null : Number(part));
  const range = wanted.split("..");
  if (range.length === 2) {
    const [low, high] = range.map(number);
    if (Number.isNaN(low) || Number.isNaN(high)) return null;
    return (at) => values[at] !== null && (low === null || values[at] >= low) && (high === null || values[at] <= high);
  }
  const bound = /^(>=|<=|>|<|=)?\s*(-?[\d.eE+-]+)$/.exec(wanted);
  if (!bound || Number.isNaN(Number(bound[2]))) return null;
  const to = Number(bound[2]);
  const holds = { ">": (v) => v > to, "<": (v) => v < to, ">=": (v) => v >= to, "<=": (v) => v <= to, "=": (v) => v === to };
  return (at) => values[at] !== null && holds[bound[1] || "="](values[at]);
};

/* What is searched of a channel: its names and its words. */
const texts = [];
const wordColumns = Object.keys(channels.columns).filter((name) => kindOf[name] === "word" && name !== "block");
for (let at = 0; at < channels.rows; at++) {
  const words = wordColumns.map((name) => channels.columns[name][at]).filter(Boolean);
  const invariant = streamscope.value(at, "scale_invariant") ? ["scale-invariant"] : [];
  texts.push(words.concat(invariant).join(" ").toLowerCase());
}
streamscope.matches = function (at, token) {
  const block = channels.columns.block[at], channel = String(channels.columns.channel[at]);
  if (token === channel || token === block) return true;
  if (/[/:]/.test(token)) return token.replace(":", "/") === `${block}/${channel}`;
  return !/^[\d.]+$/.test(token) && texts[at].includes(token);
};

/* The channels of a query, in its order. */
streamscope.select = function (query) {
  const started = performance.now();
  const tests = [];
  const wrong = [];
  for (const token of (query.get("q") || "").toLowerCase().split(/\s+/).filter(Boolean)) tests.push((at) => streamscope.matches(at, token));
  for (const [name, text] of query) {
    if (!name.startsWith("f.") || text === "") continue;
    const condition = streamscope.condition(name.slice(2), text);
    if (condition) tests.push(condition);
    else wrong.push(`${name.slice(2)}: ${text}`);
  }
  const differs = streamscope.DIFFERENCES[query.get("differs")];
  if (differs) tests.push(differs.is);
  const found = [];
  for (let at = 0; at < channels.rows; at++) if (tests.every((test) => test(at))) found.push(at);
  const sort = query.get("sort");
  if (sort) {
    const down = sort.startsWith("-");
    const values = channels.columns[down ? sort.slice(1) : sort];
    if (values) {
      const blockOrder = new Map(streamscope.blocks.map((block, order) => [block, order]));
      const of = (at) => (values === channels.columns.block ? blockOrder.get(values[at]) : values[at]);
      const rank = (value) => (value === null || Number.isNaN(value) ? 1 : 0);
      found.sort((a, b) => {
        const [x, y] = [of(a), of(b)];
        // What is not defined comes last, whichever way.
        if (rank(x) || rank(y)) return rank(x) - rank(y) || a - b;
        const order = typeof x === "string" ? x.localeCompare(y) : Number(x) - Number(y);
        return (down ? -order : order) || a - b;
      });
    }
  }
  performance.measure("select", { start: started, end: performance.now() });
  return { found, wrong };
};

/* Changes the query of the address that is shown; a change of what is typed takes the place of the one before. */
streamscope.change = function (changes, replace) {
  const { path, query } = streamscope.parse(location.hash);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === "" || value === false) query.delete(name);
    else query.set(name, value);
  }
  const hash = streamscope.hash(path, query);
  if (hash === location.hash) return;
  if (replace) history.replaceState(null, "", hash);
  else history.pushState(null, "", hash);
  streamscope.show();
};
