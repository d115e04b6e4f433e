/* Thumbnails: of pictures, and of photographs with what a neuron can see of them. */
const { h, url } = streamscope;

/* Whether a channel has a picture of a kind: neuron, channel or maps. */
const sets = new Map();
streamscope.has = function (kind, block, role, channel) {
  const key = `${block} ${role} ${kind}`;
  if (!sets.has(key)) {
    const of = ((streamscope.thumbnails[block] || {})[role] || {})[kind] || [];
    sets.set(key, new Set(of));
  }
  return sets.get(key).has(channel);
};

const SUFFIX = { neuron: "", channel: ".channel" };
streamscope.picturePath = (kind, block, role, channel) => `features/${block}/${role}/${channel}${SUFFIX[kind]}.png`;

/* A picture's thumbnail, which leads to the picture itself. */
streamscope.picture = function (kind, block, role, channel, said) {
  if (!streamscope.has(kind, block, role, channel)) return h("span", { class: "none" }, "no picture");
  const image = streamscope.bare(kind, block, role, channel, said);
  if (streamscope.inside) return h("span", { class: "frame" }, image);
  return h("a", { class: "frame", href: url(streamscope.picturePath(kind, block, role, channel)) }, image);
};
streamscope.bare = function (kind, block, role, channel, said) {
  if (!streamscope.has(kind, block, role, channel)) return h("span", { class: "none" }, "no picture");
  const path = `thumbnails/${block}/${role}/${channel}${SUFFIX[kind]}.jpg`;
  return h("img", { src: url(path), alt: said || "", loading: "lazy", decoding: "async", width: 128, height: 128 });
};

/* The line of a photograph's thumbnail, by its name. */
const lines = new Map(streamscope.photographs.names.map((name, at) => [name, streamscope.photographs.thumbnails[at]]));
streamscope.isPhotograph = (name) => lines.has(name);

/* What a role's center neuron sees, in parts of the image. */
streamscope.field = function (block, role) {
  const found = streamscope.rows("receptive_fields").find((row) => row.block === block && row.role === role);
  if (!found) return null;
  const size = streamscope.run.network.input_size;
  const edge = (from, length) => [Math.max(0, from) / size, Math.min(size, from + length) / size];
  const [top, bottom] = edge(found.top, found.height), [left, right] = edge(found.left, found.width);
  return { top, bottom, left, right, whole: top <= 0 && left <= 0 && bottom >= 1 && right >= 1, ...{ pixels: found } };
};

/* A photograph; with a box around what is seen of it, and a map of what Block does in it. */
streamscope.photograph = function (name, { field, map, said, link = true } = {}) {
  const line = lines.get(name);
  const parts = [];
  if (line === null || line === undefined) parts.push(h("span", { class: "none" }, name));
  else parts.push(h("img", { src: url(`thumbnails/photographs/${line}.jpg`), alt: said || name, loading: "lazy", decoding: "async", width: 112, height: 112 }));
  if (map) {
    const at = { "background-image": `url("${url(map.path)}")`, "background-position": `${(map.at % 3) * 50}% ${Math.floor(map.at / 3) * 50}%` };
    parts.push(h("span", { class: "map", style: at }));
  }
  if (field && !field.whole) {
    const part = (from, to) => [`${100 * from}%`, `${100 * (to - from)}%`];
    const [top, height] = part(field.top, field.bottom), [left, width] = part(field.left, field.right);
    parts.push(h("span", { class: "field", style: { top, left, width, height } }));
  }
  if (!link) return h("span", { class: "photograph", title: name }, parts);
  return h("a", { class: "photograph", title: name, href: `#/image/${encodeURIComponent(name)}` }, parts);
};
