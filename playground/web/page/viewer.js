/** The picture viewer: one picture as large as the window; arrow keys switch pictures, Escape closes. */
import { h } from "./dom.js";
import { dialog } from "./dialog.js";

export function viewerView(session) {
  if (!session.viewer) return null;
  const { pictures, at } = session.viewer;
  const picture = pictures[at];
  const show = (step) => session.openViewer(pictures, (at + step + pictures.length) % pictures.length);
  const keys = (event) => {
    if (event.key === "ArrowRight") show(1);
    if (event.key === "ArrowLeft") show(-1);
  };
  const several = pictures.length > 1;
  return dialog(
    {
      key: "viewer",
      class: "viewer",
      label: picture.title || picture.alt || "Picture",
      close: () => session.closeViewer(),
      on: { keydown: keys },
    },
    h("img", { key: picture.source.large, src: picture.source.large, alt: picture.alt }),
    h(
      "footer",
      { key: "words" },
      h("p", null, picture.title || picture.alt),
      several
        ? h("span", { class: "muted", "aria-live": "polite" }, `${at + 1} of ${pictures.length}`)
        : null,
      h("a", { href: picture.source.large, target: "_blank", rel: "noopener" }, "Original"),
    ),
    several
      ? [
          viewerButton("Picture before", "‹", "before", () => show(-1)),
          viewerButton("Next picture", "›", "after", () => show(1)),
        ]
      : null,
    viewerButton("Close", "✕", "close", () => session.closeViewer()),
  );
}

function viewerButton(label, mark, style, go) {
  return h(
    "button",
    { type: "button", key: style, class: `viewer-button ${style}`, "aria-label": label, on: { click: go } },
    mark,
  );
}
