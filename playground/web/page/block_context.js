/** Where blocks are displayed, and what a click or an input does there: a message, the App Home or a modal. */
import { press } from "./actions.js";
import { initialValue } from "./fields.js";
import { picturesOf } from "./pictures.js";

/** In messages and the Home every choice is sent at once. */
export function messageContext(session, channel, message) {
  const target = { channel, ts: message.ts };
  return {
    ...common(session, message.ts, target),
    openPicture: (source) => openPicture(session, picturesOf(message, session), source),
  };
}

export function viewContext(session, view) {
  const context = {
    ...common(session, view.id, { view_id: view.id }),
    errors: session.errors.get(view.id),
    openPicture: (source) => openPicture(session, picturesOf(view, session), source),
  };
  if (view.type === "home") return context;
  const send = context.changed;
  return {
    ...context,
    changed(block, element, value, done) {
      session.values.set(valueKey(view.id, block, element), value);
      if (session.errors.get(view.id)) delete session.errors.get(view.id)[block.block_id]; // it was about the value before
      session.draw();
      if (block.type !== "input") send(block, element, value, done);
      else if (block.dispatch_action && done) sendChosen(session, view, element, block, value);
    },
  };
}

/** The app gets the whole modal with its current values, as in Slack. */
function sendChosen(session, view, element, block, value) {
  press(session, { view_id: view.id, values: entered(session, view) }, element, block, value);
}

/** Values entered in a modal, by block and action, for `/submit`; untouched fields are omitted. */
export function entered(session, view) {
  const values = {};
  for (const block of view.blocks) {
    const elements = block.element
      ? [block.element]
      : [...(block.elements ?? []), block.accessory].filter(Boolean);
    for (const element of elements) {
      const key = valueKey(view.id, block, element);
      if (session.values.has(key)) values[`${block.block_id}/${element.action_id}`] = session.values.get(key);
    }
  }
  return values;
}

function common(session, owner, target) {
  const send = (block, element, value) => press(session, target, element, block, value);
  return {
    session,
    target,
    name: owner.replace(/\W/g, "-"),
    press: send,
    isOpen: (key) => session.isOpen(`${owner}/${key}`),
    toggle: (key) => session.toggle(`${owner}/${key}`),
    isWorking: (block, element) => session.working.has(`${owner}/${block.block_id}/${element.action_id}`),
    value(block, element) {
      const key = valueKey(owner, block, element);
      return session.values.has(key) ? session.values.get(key) : initialValue(element);
    },
    changed(block, element, value, done) {
      session.values.set(valueKey(owner, block, element), value);
      if (done && value !== null) send(block, element, value);
    },
  };
}

function openPicture(session, pictures, source) {
  const at = pictures.findIndex((picture) => picture.source.large === source);
  session.openViewer(pictures, Math.max(0, at));
}

function valueKey(owner, block, element) {
  return `${owner}/${block.block_id}/${element.action_id}`;
}
