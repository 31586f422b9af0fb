/**
 * An external select: a combobox that asks the app for options while the person types
 * (w3.org/WAI/ARIA/apg/patterns/combobox). The session stores query and options.
 */
import { performAction } from "./api.js";
import { h } from "./dom.js";

const PAUSE = 120; // milliseconds without a key before the app is asked

export function suggested(element, block, context, attributes) {
  const key = `${context.name}/${block.block_id}/${element.action_id}`;
  const menu = menuOf(context.session, key);
  const held = context.value(block, element);
  const first = element.initial_option;
  const label = menu.label ?? (held && first?.value === held ? first.text.text : "");
  const props = { element, block, context, menu, id: attributes.id ?? key };
  const onInput = (event) => requestOptions(props, event.target.value);
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
      "aria-controls": `${props.id}-menu`,
      "aria-activedescendant": menu.open && menu.options.length ? `${props.id}-${menu.at}` : null,
      placeholder: element.placeholder?.text ?? null,
      value: menu.typed ?? label,
      on: {
        input: onInput,
        click: onInput,
        keydown: (event) => keys(event, props),
        blur: () => leave(props),
      },
    }),
    menu.open ? optionList(props) : null,
  );
}

function menuOf(session, key) {
  if (!session.menus.has(key))
    session.menus.set(key, { open: false, options: [], at: 0, typed: null, label: null });
  return session.menus.get(key);
}

function optionList({ menu, id, ...props }) {
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
            choose({ ...props, menu }, at);
          },
        },
      },
      h("b", null, text.text),
    );
  return h(
    "div",
    { class: "suggestions below", id: `${id}-menu`, role: "listbox", "aria-label": "Suggestions" },
    menu.options.length ? menu.options.map(option) : h("p", { class: "muted" }, menu.note ?? "Nobody found"),
  );
}

/** Asks the app after a pause; a response to older text is ignored. */
function requestOptions({ element, block, context, menu }, typed) {
  Object.assign(menu, { typed, at: 0 });
  context.session.draw();
  clearTimeout(menu.timer);
  menu.timer = setTimeout(async () => {
    const body = { ...context.target, action_id: element.action_id, block_id: block.block_id, value: typed };
    const response = await performAction(context.session.user, "suggest", body);
    if (menu.typed !== typed) return;
    Object.assign(menu, { open: true, options: response.options ?? [], note: response.note ?? null });
    context.session.draw();
  }, PAUSE);
}

function choose({ element, block, context, menu }, at) {
  const { value, text } = menu.options[at];
  Object.assign(menu, { open: false, typed: null, label: text.text });
  context.changed(block, element, value, true);
  context.session.draw();
}

/** Text without a chosen option is no value, as in Slack. */
function leave({ context, menu }) {
  clearTimeout(menu.timer);
  Object.assign(menu, { open: false, typed: null });
  context.session.draw();
}

function keys(event, props) {
  const { menu, context } = props;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const count = menu.options.length;
  if (event.key === "Enter") {
    if (menu.open && count) choose(props, menu.at);
  } else if (event.key === "Escape" && menu.open) Object.assign(menu, { open: false });
  else if (step && menu.open && count) menu.at = (menu.at + step + count) % count;
  else return;
  event.preventDefault();
  event.stopPropagation();
  context.session.draw();
}
