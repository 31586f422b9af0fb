/** Actions of a person in a session: send, react, click, fill in. */
import { act } from "./door.js";

const REASONS = {
  already_in_channel: "Already in this channel.",
  not_in_channel: "You are not in this channel.",
  no_such_element: "That button is no longer there.",
};

/** Sends a line: returns null, or the error sentence if Slack has not displayed it. */
export async function send(desk, deed, body) {
  const answer = await act(desk.user, deed, body);
  return answer.ok || answer.ts ? null : reasonOf(answer);
}

export async function react(desk, channel, ts, name, remove) {
  const key = `${ts}/:${name}:`;
  desk.set({ picking: null });
  if (!desk.working.has(key)) await doing(desk, key, ts, "react", { channel, ts, name, remove });
}

/** Clicks an element of a message or a view, after its confirmation dialog if it has one. */
export function press(desk, target, element, block, value) {
  const owner = target.view_id ?? target.ts;
  const key = `${owner}/${block.block_id}/${element.action_id}`;
  const body = { ...target, action_id: element.action_id, block_id: block.block_id, value };
  const go = () => doing(desk, key, owner, "click", body);
  if (element.confirm) desk.set({ confirming: { ...element.confirm, go } });
  else go();
}

export async function useShortcut(desk, channel, ts, callback) {
  await doing(desk, `${ts}/${callback}`, ts, "shortcut", { channel, ts, callback_id: callback });
}

export function answerConfirm(desk, yes) {
  const { go } = desk.confirming;
  desk.set({ confirming: null });
  if (yes) go();
}

/** Submits a modal; errors appear at their fields. */
export async function submit(desk, view, values) {
  desk.errors.delete(view.id);
  const answer = await doing(desk, `${view.id}/submit`, view.id, "submit", { view_id: view.id, values });
  if (!answer.errors) return;
  desk.errors.set(view.id, answer.errors);
  desk.notes.delete(view.id);
  desk.draw();
}

export async function closeView(desk, view) {
  await doing(desk, `${view.id}/close`, view.id, "close", { view_id: view.id });
}

export async function openHome(desk) {
  desk.set({ page: "home", thread: null });
  await doing(desk, "home", "home", "home", { tab: "home" });
}

/** Marks the element as busy during the action, and displays a note beside it after an error. */
async function doing(desk, key, owner, deed, body) {
  const { user, working, notes } = desk; // another person may sit down before the answer comes
  working.add(key);
  notes.delete(owner);
  desk.draw();
  const answer = await act(user, deed, body);
  working.delete(key);
  if (!answer.ok) notes.set(owner, reasonOf(answer));
  desk.draw();
  return answer;
}

function reasonOf({ note, error, detail }) {
  return note ?? REASONS[error] ?? detail ?? `It did not work: ${error}.`;
}
