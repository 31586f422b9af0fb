/** The menu of a message: the app's shortcuts. */
import { useShortcut } from "./actions.js";
import { h } from "./dom.js";
import { moveFocus } from "./roving.js";

const key = (message) => `${message.ts}/shortcuts`;

export function shortcutsButton(message, session) {
  if (!known(session).length) return null;
  return h(
    "button",
    {
      type: "button",
      class: "tool",
      "aria-label": "More actions",
      "data-menu": "shortcuts",
      title: "More actions",
      "aria-haspopup": "menu",
      "aria-expanded": String(session.isOpen(key(message))),
      on: { click: () => session.toggle(key(message)) },
    },
    "⋯",
  );
}

/** The menu under its message: arrow keys move, Escape closes. */
export function shortcuts(message, channel, session) {
  if (!session.isOpen(key(message))) return null;
  const close = () => session.toggle(key(message));
  const keys = (event) => {
    if (event.key !== "Escape") return moveFocus(event, "[role=menuitem]");
    event.preventDefault();
    close();
  };
  const item = ({ callback_id: id, name }) => {
    const use = () => {
      close();
      useShortcut(session, channel, message.ts, id);
    };
    return h(
      "button",
      { type: "button", role: "menuitem", key: id, on: { click: use } },
      h("span", null, name),
      h("span", { class: "muted" }, "Castroom"),
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
    known(session).map(item),
  );
}

function known(session) {
  return session.state.workspace?.shortcuts ?? [];
}
