/** The menu of a message: the app's shortcuts. */
import { useShortcut } from "./deeds.js";
import { h } from "./dom.js";
import { move } from "./roving.js";

const key = (message) => `${message.ts}/shortcuts`;

export function shortcutsButton(message, desk) {
  if (!known(desk).length) return null;
  return h(
    "button",
    {
      type: "button",
      class: "tool",
      "aria-label": "More actions",
      "data-menu": "shortcuts",
      title: "More actions",
      "aria-haspopup": "menu",
      "aria-expanded": String(desk.isOpen(key(message))),
      on: { click: () => desk.toggle(key(message)) },
    },
    "⋯",
  );
}

/** The menu under its message: arrow keys move, Escape closes. */
export function shortcuts(message, channel, desk) {
  if (!desk.isOpen(key(message))) return null;
  const close = () => desk.toggle(key(message));
  const keys = (event) => {
    if (event.key !== "Escape") return move(event, "[role=menuitem]");
    event.preventDefault();
    close();
  };
  const item = ({ callback_id: id, name }) => {
    const use = () => {
      close();
      useShortcut(desk, channel, message.ts, id);
    };
    return h(
      "button",
      { type: "button", role: "menuitem", key: id, on: { click: use } },
      h("span", null, name),
      h("span", { class: "quiet" }, "Castroom"),
    );
  };
  return h(
    "div",
    {
      class: "shortcuts",
      "data-menu": "shortcuts",
      role: "menu",
      "aria-label": "More actions",
      on: { keydown: keys },
      mounted: (node) => node.firstChild.focus(),
    },
    known(desk).map(item),
  );
}

function known(desk) {
  return desk.sight.workspace?.shortcuts ?? [];
}
