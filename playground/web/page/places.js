/** Where blocks are displayed, and what a click or an input does there: a message, the App Home or a modal. */
import { press } from "./deeds.js";
import { initialValue } from "./fields.js";
import { picturesOf } from "./pictures.js";

/** In messages and the Home every choice is sent at once. */
export function messagePlace(desk, channel, message) {
  const target = { channel, ts: message.ts };
  return {
    ...common(desk, message.ts, target),
    look: (source) => lookAt(desk, picturesOf(message, desk), source),
  };
}

export function viewPlace(desk, view) {
  const place = {
    ...common(desk, view.id, { view_id: view.id }),
    errors: desk.errors.get(view.id),
    look: (source) => lookAt(desk, picturesOf(view, desk), source),
  };
  if (view.type === "home") return place;
  const tell = place.changed;
  return {
    ...place,
    changed(block, element, value, done) {
      desk.values.set(valueKey(view.id, block, element), value);
      if (desk.errors.get(view.id)) delete desk.errors.get(view.id)[block.block_id]; // it was about what stood there
      desk.draw();
      if (block.type !== "input") tell(block, element, value, done);
      else if (block.dispatch_action && done) sendChosen(desk, view, element, block, value);
    },
  };
}

/** The app gets the whole modal with its current values, as in Slack. */
function sendChosen(desk, view, element, block, value) {
  press(desk, { view_id: view.id, values: entered(desk, view) }, element, block, value);
}

/** Values entered in a modal, by block and action, for `/submit`; untouched fields are omitted. */
export function entered(desk, view) {
  const values = {};
  for (const block of view.blocks) {
    const elements = block.element
      ? [block.element]
      : [...(block.elements ?? []), block.accessory].filter(Boolean);
    for (const element of elements) {
      const key = valueKey(view.id, block, element);
      if (desk.values.has(key)) values[`${block.block_id}/${element.action_id}`] = desk.values.get(key);
    }
  }
  return values;
}

function common(desk, owner, target) {
  const tell = (block, element, value) => press(desk, target, element, block, value);
  return {
    desk,
    target,
    name: owner.replace(/\W/g, "-"),
    press: tell,
    isOpen: (key) => desk.isOpen(`${owner}/${key}`),
    toggle: (key) => desk.toggle(`${owner}/${key}`),
    isWorking: (block, element) => desk.working.has(`${owner}/${block.block_id}/${element.action_id}`),
    value(block, element) {
      const key = valueKey(owner, block, element);
      return desk.values.has(key) ? desk.values.get(key) : initialValue(element);
    },
    changed(block, element, value, done) {
      desk.values.set(valueKey(owner, block, element), value);
      if (done && value !== null) tell(block, element, value);
    },
  };
}

function lookAt(desk, pictures, source) {
  const at = pictures.findIndex((picture) => picture.source.large === source);
  desk.look(pictures, Math.max(0, at));
}

function valueKey(owner, block, element) {
  return `${owner}/${block.block_id}/${element.action_id}`;
}
