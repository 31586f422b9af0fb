/** The browser's own modal dialog as a view: focus stays inside, Escape asks to close, focus returns after. */
import { h } from "./dom.js";
import { rememberOpener } from "./focus.js";

export function dialog({ key, class: style, label, close, on = {} }, ...children) {
  const cancel = (event) => {
    event.preventDefault();
    close();
  };
  const outside = (event) => event.target === event.currentTarget && close();
  return h(
    "dialog",
    {
      key,
      class: style,
      "aria-label": label,
      on: { cancel, click: style === "viewer" ? outside : undefined, ...on },
      mounted: show,
      removed: (node) => node.close(),
    },
    children,
  );
}

/** The first field has the focus; where there is none, what the browser chooses. */
function show(node) {
  rememberOpener(node);
  node.showModal();
  node.querySelector("[autofocus], .modal-body .entry, .modal-body input")?.focus();
}
