/** Pictures in blocks and files: found by id or URL, with alternative text, opened in the viewer. */
import { h } from "./dom.js";

const WIDTHS = { large: 1200, hero: 960, tile: 720, side: 240, thumb: 72 };

/** One picture; `class` selects its size. A click enlarges it unless it is a thumbnail. */
export function picture(object, context, { class: style }) {
  const source = sourceOf(object, context.session, WIDTHS[style]);
  if (!source)
    return h("span", { class: `picture ${style} missing` }, `Picture not there: ${object.alt_text ?? ""}`);
  const image = h("img", {
    class: `picture ${style}`,
    src: source.small,
    alt: object.alt_text ?? "",
    width: source.width,
    height: source.height,
    loading: "lazy",
    decoding: "async",
  });
  if (style === "thumb") return image;
  const label = `Enlarge: ${object.alt_text || object.title?.text || "picture"}`;
  const open = () => context.openPicture(source.large);
  return h("button", { type: "button", class: "enlarge", "aria-label": label, on: { click: open } }, image);
}

/** All pictures of a message in reading order, for the viewer. */
export function picturesOf(message, session) {
  const found = (message.blocks ?? []).flatMap((block) => [...blockPictures(block)]);
  const inBlocks = found.map((object) => ({
    source: sourceOf(object, session, WIDTHS.large),
    alt: object.alt_text ?? "",
    title: object.title?.text ?? "",
  }));
  const files = (message.files ?? []).filter(isPicture).map((file) => ({
    source: fileSource(file, WIDTHS.large),
    alt: file.alt_txt || file.title || file.name,
    title: file.title || file.name,
  }));
  return [...inBlocks, ...files].filter(({ source }) => source);
}

/** The files under a message: pictures side by side, other files as rows. */
export function gallery(files, context) {
  const pictures = files.filter(isPicture);
  const others = files.filter((file) => !isPicture(file));
  const tile = (file) => {
    const object = { slack_file: { id: file.id }, alt_text: file.alt_txt || file.title || file.name };
    return h(
      "figure",
      { key: file.id, class: "tile" },
      picture(object, context, { class: "tile" }),
      h("figcaption", null, file.title || file.name),
    );
  };
  return [
    pictures.length
      ? h("div", { class: `gallery of-${Math.min(pictures.length, 4)}` }, pictures.map(tile))
      : null,
    others.map((file) => fileRow(file)),
  ];
}

function fileRow(file) {
  const size = file.size > 1e6 ? `${(file.size / 1e6).toFixed(1)} MB` : `${Math.ceil(file.size / 1000)} kB`;
  return h(
    "a",
    { class: "file-row", key: file.id, href: bytesOf(file), download: file.name },
    h("b", null, file.title || file.name),
    h("span", { class: "muted" }, `${(file.filetype || "file").toUpperCase()} · ${size}`),
  );
}

function* blockPictures(block) {
  if (block.type === "image") yield block;
  if (block.accessory?.type === "image") yield block.accessory;
  if (block.hero_image) yield { title: block.title, ...block.hero_image };
  if (block.type === "carousel") for (const card of block.elements) yield* blockPictures(card);
}

function sourceOf(object, session, width) {
  if (object.image_url) return { small: object.image_url, large: object.image_url };
  const named = object.slack_file ?? {};
  const id = named.id ?? /\bF[A-Z0-9]{8,}/.exec(named.url ?? "")?.[0];
  const file = id ? session.file(id) : null;
  return file ? fileSource(file, width) : null;
}

function fileSource(file, width) {
  const large = bytesOf(file);
  const scaled = file.original_w > width;
  return {
    small: scaled ? `${large}?width=${width}` : large,
    large,
    width: file.original_w,
    height: file.original_h,
  };
}

function bytesOf(file) {
  return file.bytes ?? `/control/files/${file.id}`;
}

function isPicture(file) {
  return Boolean(file.mimetype?.startsWith("image/"));
}
