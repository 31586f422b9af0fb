/**
 * Clickable elements (docs.slack.dev/reference/block-kit/block-elements); inputs are in fields.js.
 */
import { h } from "./dom.js";
import { field } from "./fields.js";
import { textObject } from "./mrkdwn.js";
import { picture } from "./pictures.js";
import { moveFocus } from "./roving.js";

const PRESSED = { button, workflow_button: button, overflow, feedback_buttons: feedback, icon_button: icon };

/** One element of an actions block or a card. */
export function actionElement(element, block, context) {
  const hidden = element.visible_to_user_ids && !element.visible_to_user_ids.includes(context.session.user);
  if (hidden) return null;
  const draw = PRESSED[element.type];
  if (draw) return draw(element, block, context);
  const label = element.placeholder?.text ?? element.action_id;
  return h("div", { class: "field", key: element.action_id }, field(element, block, context, { label }));
}

/** A section's accessory: a small picture or an element. */
export function accessory(element, block, context) {
  if (element.type === "image") return picture(element, context, { class: "side" });
  return actionElement(element, block, context);
}

function button(element, block, context) {
  const working = context.isWorking(block, element);
  return h(
    "button",
    {
      type: "button",
      key: element.action_id,
      class: ["button", element.style, working ? "working" : null].filter(Boolean).join(" "),
      "aria-label": element.accessibility_label ?? null,
      "aria-busy": working ? "true" : null,
      "aria-disabled": working ? "true" : null,
      "data-action": element.action_id,
      on: { click: () => working || pressed(element, block, context) },
    },
    h("span", null, textObject(element.text, context.session)),
  );
}

/** A button with a URL opens it; the app gets the click as well. */
function pressed(element, block, context) {
  if (element.url) window.open(element.url, "_blank", "noopener");
  context.press(block, element);
}

function overflow(element, block, context) {
  const key = `menu/${element.action_id}`;
  const isOpen = context.isOpen(key);
  const close = () => isOpen && context.toggle(key);
  const choose = (option) => () => {
    close();
    if (option.url) window.open(option.url, "_blank", "noopener");
    context.press(block, element, option.value);
  };
  const options = element.options.map((option) =>
    h(
      "button",
      { type: "button", role: "menuitem", on: { click: choose(option) } },
      textObject(option.text, context.session),
    ),
  );
  const keys = (event) => {
    if (event.key !== "Escape" || !isOpen) return moveFocus(event, "[role=menuitem]");
    event.preventDefault();
    close();
  };
  return h(
    "div",
    { class: "overflow", key: element.action_id, on: { keydown: keys } },
    h(
      "button",
      {
        type: "button",
        class: "button",
        "aria-haspopup": "menu",
        "aria-expanded": String(isOpen),
        "aria-label": "More choices",
        "data-menu": element.action_id,
        on: { click: () => context.toggle(key) },
      },
      "⋯",
    ),
    isOpen
      ? h(
          "div",
          {
            class: "menu",
            role: "menu",
            mounted: (node) => node.firstChild.focus(),
            removed: (node) => node.contains(document.activeElement) && node.previousSibling.focus(),
          },
          options,
        )
      : null,
  );
}

function feedback(element, block, context) {
  const choices = [
    ["positive_button", "+1"],
    ["negative_button", "-1"],
  ];
  return h(
    "div",
    { class: "feedback", role: "group", key: element.action_id, "aria-label": "Feedback" },
    choices.map(([name]) => {
      const { text, value } = element[name];
      const press = () => context.press(block, element, value);
      return h(
        "button",
        { type: "button", class: "button", on: { click: press } },
        textObject(text, context.session),
      );
    }),
  );
}

function icon(element, block, context) {
  const press = () => context.press(block, element);
  return h(
    "button",
    { type: "button", class: "button", key: element.action_id, on: { click: press } },
    textObject(element.text, context.session),
  );
}
