/**
 * Views are plain values; `patch` updates only the parts of the document that differ from them,
 * so that focus, scroll positions and unsent text survive every redraw.
 * Strings always become text nodes: user text is never parsed as HTML.
 */

const SVG = new Set(["svg", "path", "circle", "ellipse", "rect", "line", "g"]);
const PROPERTIES = new Set(["value", "checked", "disabled", "selected", "open"]);
const shown = new WeakMap();
const listeners = new WeakMap();

/**
 * One element as a value. Props: `key`, `on: {click: fn}`, `style: {...}`, `mounted` and `removed: fn(node)`, attributes.
 */
export function h(tag, props, ...children) {
  return { tag, props: props ?? {}, children: children.flat(Infinity).filter(isShown) };
}

/** Makes `parent` show exactly `views`; an identical view object is skipped. */
export function patch(parent, views) {
  const wanted = [views].flat(Infinity).filter(isShown);
  const before = shown.get(parent) ?? new Map();
  const after = new Map();
  const unkeyed = {};
  for (const view of wanted) {
    const name = nameOf(view, unkeyed);
    const known = before.get(name);
    after.set(name, { view, node: known ? update(known.node, known.view, view) : create(view) });
  }
  for (const [name, { view, node }] of before) {
    if (after.has(name)) continue;
    view.props?.removed?.(node);
    node.remove();
  }
  let place = parent.firstChild;
  for (const { node } of after.values()) {
    if (node === place) place = place.nextSibling;
    else parent.insertBefore(node, place);
  }
  shown.set(parent, after);
}

/** Reuses the view built for `subject` until one of `deps` changes, so that long lists cost only their changes. */
export function remember(cache, subject, deps, build) {
  const known = cache.get(subject);
  if (known && known.deps.every((dep, at) => dep === deps[at])) return known.view;
  const view = build();
  cache.set(subject, { deps, view });
  return view;
}

function isShown(view) {
  return view !== null && view !== undefined && view !== false && view !== "";
}

function nameOf(view, unkeyed) {
  const tag = view.tag ?? "#text";
  if (view.props?.key !== undefined) return `${tag}=${view.props.key}`;
  unkeyed[tag] = (unkeyed[tag] ?? 0) + 1;
  return `${tag}#${unkeyed[tag]}`;
}

function create(view) {
  if (view.tag === undefined) return document.createTextNode(String(view));
  const node = SVG.has(view.tag)
    ? document.createElementNS("http://www.w3.org/2000/svg", view.tag)
    : document.createElement(view.tag);
  patch(node, view.children);
  setProps(node, {}, view.props);
  if (view.props.mounted) queueMicrotask(() => view.props.mounted(node)); // once it stands in the document
  return node;
}

function update(node, before, view) {
  if (before === view) return node;
  if (view.tag === undefined) {
    if (String(before) !== String(view)) node.data = String(view);
    return node;
  }
  patch(node, view.children);
  setProps(node, before.props, view.props);
  return node;
}

function setProps(node, before, props) {
  for (const name of new Set([...Object.keys(before), ...Object.keys(props)])) {
    if (name === "on") listen(node, props.on ?? {});
    else if (name === "style") setStyle(node, before.style ?? {}, props.style ?? {});
    else if (before[name] !== props[name]) setProp(node, name, props[name]);
  }
}

function setProp(node, name, value) {
  if (["key", "mounted", "removed"].includes(name)) return;
  if (!PROPERTIES.has(name)) setAttribute(node, name, value);
  else if (node[name] !== value) node[name] = value ?? "";
}

function setAttribute(node, name, value) {
  if (value === undefined || value === null || value === false) node.removeAttribute(name);
  else node.setAttribute(name, value === true ? "" : value);
}

function setStyle(node, before, style) {
  for (const name of Object.keys(before)) if (!(name in style)) node.style.removeProperty(name);
  for (const [name, value] of Object.entries(style)) node.style.setProperty(name, value);
}

/** One DOM listener per type of event; it looks up its handler when the event arrives. */
function listen(node, wanted) {
  const known = listeners.get(node) ?? new Set();
  for (const kind of Object.keys(wanted)) {
    if (known.has(kind)) continue;
    known.add(kind);
    node.addEventListener(kind, (event) => node[ON][kind]?.(event));
  }
  node[ON] = wanted;
  listeners.set(node, known);
}

const ON = Symbol("what this element does");
