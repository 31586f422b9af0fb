/** Reaction chips and the picker. */
import { react } from "./actions.js";
import { h } from "./dom.js";
import { OFFERED, emoji } from "./emoji.js";
import { moveFocus } from "./roving.js";

export function reactionsView(message, channel, session) {
  const chips = (message.reactions ?? []).map((reaction) => chip(reaction, message, channel, session));
  if (!chips.length) return null;
  return h(
    "div",
    { class: "reactions", role: "group", "aria-label": "Reactions" },
    chips,
    addButton(message, session, "chip add"),
  );
}

export function addButton(message, session, style) {
  const open = session.pickerFor === message.ts;
  return h(
    "button",
    {
      type: "button",
      class: style,
      key: `add-${style}`,
      "aria-label": "Add a reaction",
      title: "Add a reaction",
      "aria-expanded": String(open),
      on: { click: () => session.togglePicker(message.ts) },
    },
    h(
      "svg",
      { viewBox: "0 0 24 24", "aria-hidden": "true" },
      h("path", {
        d: FACE,
        fill: "none",
        stroke: "currentColor",
        "stroke-width": "1.7",
        "stroke-linecap": "round",
      }),
    ),
  );
}

/** The picker under its message: numbers first, arrow keys move, Escape closes. */
export function picker(message, channel, session) {
  if (session.pickerFor !== message.ts) return null;
  const keys = (event) => {
    if (event.key !== "Escape") return moveFocus(event, "button");
    event.preventDefault();
    session.togglePicker(message.ts);
  };
  const mine = new Set(
    (message.reactions ?? []).filter(({ users }) => users.includes(session.user)).map(({ name }) => name),
  );
  const choice = (name) =>
    h(
      "button",
      {
        type: "button",
        key: name,
        "aria-label": name.replaceAll("_", " "),
        "aria-pressed": String(mine.has(name)),
        on: { click: () => react(session, channel, message.ts, name, mine.has(name)) },
      },
      emoji(name),
    );
  return h(
    "div",
    {
      key: "picker",
      class: "picker",
      role: "group",
      "aria-label": "Choose a reaction",
      on: { keydown: keys },
      mounted: (node) => node.querySelector("button").focus(),
      removed: goBack,
    },
    OFFERED.map(choice),
  );
}

function goBack(picker) {
  if (picker.contains(document.activeElement))
    picker.closest("article").querySelector(".chip.add, .tools button")?.focus();
}

const FACE = "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM8.5 14c1.8 2.6 5.2 2.6 7 0M9 9.5v.8M15 9.5v.8";

function chip({ name, users, count }, message, channel, session) {
  const mine = users.includes(session.user);
  const who = users.map((id) => (id === session.user ? "you" : session.personName(id))).join(", ");
  const working = session.working.has(`${message.ts}/:${name}:`);
  const label = `${name.replaceAll("_", " ")}, ${count}: ${who}. Press to ${mine ? "take yours back" : "add yours"}`;
  return h(
    "button",
    {
      type: "button",
      key: name,
      class: mine ? "chip mine" : "chip",
      "aria-pressed": String(mine),
      "aria-busy": working ? "true" : null,
      "aria-label": label,
      title: who,
      "data-reaction": name,
      on: { click: () => react(session, channel, message.ts, name, mine) },
    },
    emoji(name),
    h("span", { class: "count" }, String(count)),
  );
}
