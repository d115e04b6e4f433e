"use strict";
/* What takes the run's data as they come, and the modules of libraries. Everything of the page is in this one name. */
var streamscope = {
  base: "",        // leads from the page's folder to the run's
  inside: null,    // thumbnails, where the page is a single file
  run: null,       // what the manifest and the registry say
  tables: {},      // by name: {rows, columns: {name: [..]}}
  parts: {},       // by table and block, of tables that are read a block at a time
  thumbnails: {},  // by block and role: which channels have one
  photographs: { names: [], thumbnails: [] },
  audit: null,     // what an audit of the run found
  others: [],      // runs that this one is compared with
  modules: {},
};

/* A column: a list, or different words and which of them each row has. What JSON has no number for came as its text. */
streamscope.column = function (column) {
  if (!Array.isArray(column)) return column.at.map((at) => column.words[at] || null);
  const numbers = { "NaN": NaN, "inf": Infinity, "-inf": -Infinity };
  return column.some((value) => typeof value === "string")
    ? column.map((value) => (typeof value === "string" && value in numbers ? numbers[value] : value))
    : column;
};

streamscope.table = function (data) {
  const columns = {};
  for (const name of Object.keys(data.columns)) columns[name] = streamscope.column(data.columns[name]);
  return { rows: data.rows, columns };
};

streamscope.take = function (kind, ...rest) {
  const data = rest.pop();
  if (kind === "table") streamscope.tables[rest[0]] = streamscope.table(data);
  else if (kind === "part") {
    const parts = (streamscope.parts[rest[0]] = streamscope.parts[rest[0]] || {});
    parts[rest[1]] = rest[0] === "pictures" ? data : streamscope.table(data);
  } else if (kind === "other") streamscope.others.push(data);
  else streamscope[kind] = data;
};

/* A module that is written for another kind of loader: its text is the body of a function. */
streamscope.define = function (name, body) {
  const module = { exports: {} };
  const browser = { env: { NODE_ENV: "production" } };
  body(module, module.exports, (other) => streamscope.modules[other], browser);
  streamscope.modules[name] = module.exports;
};
