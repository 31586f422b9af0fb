/** Actions of a person in a session: send, react, click, fill in. */
import { performAction } from "./api.js";

const REASONS = {
  already_in_channel: "Already in this channel.",
  not_in_channel: "You are not in this channel.",
  no_such_element: "That button is no longer there.",
};

/** Sends a line: returns null, or the error sentence if Slack has not displayed it. */
export async function send(session, action, body) {
  const response = await performAction(session.user, action, body);
  return response.ok || response.ts ? null : reasonOf(response);
}

export async function react(session, channel, ts, name, remove) {
  const key = `${ts}/:${name}:`;
  session.set({ pickerFor: null });
  if (!session.working.has(key)) await runAction(session, key, ts, "react", { channel, ts, name, remove });
}

/** Clicks an element of a message or a view, after its confirmation dialog if it has one. */
export function press(session, target, element, block, value) {
  const owner = target.view_id ?? target.ts;
  const key = `${owner}/${block.block_id}/${element.action_id}`;
  const body = { ...target, action_id: element.action_id, block_id: block.block_id, value };
  const go = () => runAction(session, key, owner, "click", body);
  if (element.confirm) session.set({ confirming: { ...element.confirm, go } });
  else go();
}

export async function useShortcut(session, channel, ts, callback) {
  await runAction(session, `${ts}/${callback}`, ts, "shortcut", { channel, ts, callback_id: callback });
}

export function answerConfirm(session, yes) {
  const { go } = session.confirming;
  session.set({ confirming: null });
  if (yes) go();
}

/** Submits a modal; errors appear at their fields. */
export async function submit(session, view, values) {
  session.errors.delete(view.id);
  const response = await runAction(session, `${view.id}/submit`, view.id, "submit", {
    view_id: view.id,
    values,
  });
  if (!response.errors) return;
  session.errors.set(view.id, response.errors);
  session.notes.delete(view.id);
  session.draw();
}

export async function closeView(session, view) {
  await runAction(session, `${view.id}/close`, view.id, "close", { view_id: view.id });
}

export async function openHome(session) {
  session.set({ page: "home", thread: null });
  await runAction(session, "home", "home", "home", { tab: "home" });
}

/** Marks the element as busy during the action, and displays a note beside it after an error. */
async function runAction(session, key, owner, action, body) {
  const { user, working, notes } = session; // the user may switch to another person before the response comes
  working.add(key);
  notes.delete(owner);
  session.draw();
  const response = await performAction(user, action, body);
  working.delete(key);
  if (!response.ok) notes.set(owner, reasonOf(response));
  session.draw();
  return response;
}

function reasonOf({ note, error, detail }) {
  return note ?? REASONS[error] ?? detail ?? `It did not work: ${error}.`;
}
