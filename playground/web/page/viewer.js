/** The picture viewer: one picture as large as the window; arrow keys switch pictures, Escape closes. */
import { h } from "./dom.js";
import { dialog } from "./dialog.js";

export function viewerView(desk) {
  if (!desk.viewer) return null;
  const { pictures, at } = desk.viewer;
  const picture = pictures[at];
  const leaf = (way) => desk.look(pictures, (at + way + pictures.length) % pictures.length);
  const keys = (event) => {
    if (event.key === "ArrowRight") leaf(1);
    if (event.key === "ArrowLeft") leaf(-1);
  };
  const several = pictures.length > 1;
  return dialog(
    {
      key: "viewer",
      class: "viewer",
      label: picture.title || picture.alt || "Picture",
      close: () => desk.closeViewer(),
      on: { keydown: keys },
    },
    h("img", { key: picture.source.large, src: picture.source.large, alt: picture.alt }),
    h(
      "footer",
      { key: "words" },
      h("p", null, picture.title || picture.alt),
      several
        ? h("span", { class: "quiet", "aria-live": "polite" }, `${at + 1} of ${pictures.length}`)
        : null,
      h("a", { href: picture.source.large, target: "_blank", rel: "noopener" }, "Original"),
    ),
    several
      ? [
          turn("Picture before", "‹", "before", () => leaf(-1)),
          turn("Next picture", "›", "after", () => leaf(1)),
        ]
      : null,
    turn("Close", "✕", "close", () => desk.closeViewer()),
  );
}

function turn(label, mark, style, go) {
  return h(
    "button",
    { type: "button", key: style, class: `turn ${style}`, "aria-label": label, on: { click: go } },
    mark,
  );
}
