/**
 * An external select: a combobox that asks the app for options while the person types
 * (w3.org/WAI/ARIA/apg/patterns/combobox). The session stores query and options.
 */
import { act } from "./door.js";
import { h } from "./dom.js";

const PAUSE = 120; // milliseconds without a key before the app is asked

export function suggested(element, block, place, attributes) {
  const key = `${place.name}/${block.block_id}/${element.action_id}`;
  const menu = menuOf(place.desk, key);
  const held = place.value(block, element);
  const first = element.initial_option;
  const label = menu.label ?? (held && first?.value === held ? first.text.text : "");
  const all = { element, block, place, menu, id: attributes.id ?? key };
  const look = (event) => ask(all, event.target.value);
  return h(
    "div",
    { class: "suggested" },
    h("input", {
      ...attributes,
      type: "text",
      role: "combobox",
      autocomplete: "off",
      "aria-autocomplete": "list",
      "aria-expanded": String(menu.open),
      "aria-controls": `${all.id}-menu`,
      "aria-activedescendant": menu.open && menu.options.length ? `${all.id}-${menu.at}` : null,
      placeholder: element.placeholder?.text ?? null,
      value: menu.typed ?? label,
      on: {
        input: look,
        click: look,
        keydown: (event) => keys(event, all),
        blur: () => leave(all),
      },
    }),
    menu.open ? offers(all) : null,
  );
}

function menuOf(desk, key) {
  if (!desk.menus.has(key)) desk.menus.set(key, { open: false, options: [], at: 0, typed: null, label: null });
  return desk.menus.get(key);
}

function offers({ menu, id, ...all }) {
  const option = ({ text, value }, at) =>
    h(
      "div",
      {
        key: value,
        id: `${id}-${at}`,
        role: "option",
        "aria-selected": String(at === menu.at),
        on: {
          mousedown: (event) => {
            event.preventDefault();
            take({ ...all, menu }, at);
          },
        },
      },
      h("b", null, text.text),
    );
  return h(
    "div",
    { class: "offers below", id: `${id}-menu`, role: "listbox", "aria-label": "Suggestions" },
    menu.options.length ? menu.options.map(option) : h("p", { class: "quiet" }, menu.note ?? "Nobody found"),
  );
}

/** Asks the app after a pause; a response to older text is ignored. */
function ask({ element, block, place, menu }, typed) {
  Object.assign(menu, { typed, at: 0 });
  place.desk.draw();
  clearTimeout(menu.timer);
  menu.timer = setTimeout(async () => {
    const body = { ...place.target, action_id: element.action_id, block_id: block.block_id, value: typed };
    const answer = await act(place.desk.user, "suggest", body);
    if (menu.typed !== typed) return;
    Object.assign(menu, { open: true, options: answer.options ?? [], note: answer.note ?? null });
    place.desk.draw();
  }, PAUSE);
}

function take({ element, block, place, menu }, at) {
  const { value, text } = menu.options[at];
  Object.assign(menu, { open: false, typed: null, label: text.text });
  place.changed(block, element, value, true);
  place.desk.draw();
}

/** Text without a chosen option is no value, as in Slack. */
function leave({ place, menu }) {
  clearTimeout(menu.timer);
  Object.assign(menu, { open: false, typed: null });
  place.desk.draw();
}

function keys(event, all) {
  const { menu, place } = all;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const count = menu.options.length;
  if (event.key === "Enter") {
    if (menu.open && count) take(all, menu.at);
  } else if (event.key === "Escape" && menu.open) Object.assign(menu, { open: false });
  else if (step && menu.open && count) menu.at = (menu.at + step + count) % count;
  else return;
  event.preventDefault();
  event.stopPropagation();
  place.desk.draw();
}
