/** The composer: suggests commands and names, sends on Enter, keeps a history. */
import { send } from "./actions.js";
import { h } from "./dom.js";
import { parseLine, suggestions } from "./parsing.js";
import { scrollToEnd } from "./scroll.js";

/** State of one composer, stored in the session so that a redraw or another channel loses nothing. */
function draftOf(session, key) {
  if (!session.drafts.has(key))
    session.drafts.set(key, { text: "", at: 0, past: 0, hidden: false, problem: null, sending: 0 });
  return session.drafts.get(key);
}

export function composer(session, where) {
  const key = `${where.channel}/${where.thread ?? ""}`;
  const draft = draftOf(session, key);
  const id = `line-${session.name}-${where.thread ? "thread" : "channel"}`;
  const options = draft.hidden ? [] : suggestions(draft.text, session);
  const at = Math.min(draft.at, options.length - 1);
  const set = (change) => {
    Object.assign(draft, change);
    session.draw();
  };
  const accept = (text) => set({ text, at: 0, problem: null });
  const props = { session, where, draft, id, options, at, set, accept };
  return h(
    "form",
    {
      class: "composer",
      key: "composer",
      "aria-label": where.thread ? "Reply" : "Write",
      on: { submit: (event) => event.preventDefault() },
    },
    options.length ? menu(props) : null,
    h("label", { class: "visually-hidden", for: id }, labelOf(session, where)),
    entry(props),
    helpView(props),
  );
}

/** A text area that is a combobox while it has suggestions (w3.org/WAI/ARIA/apg/patterns/combobox). */
function entry(props) {
  const { session, where, draft, id, options, at, set } = props;
  return h("textarea", {
    id,
    key: id,
    rows: "1",
    value: draft.text,
    autocomplete: "off",
    spellcheck: "true",
    placeholder: labelOf(session, where),
    role: "combobox",
    "aria-expanded": String(options.length > 0),
    "aria-controls": `${id}-menu`,
    "aria-autocomplete": "list",
    "aria-activedescendant": options.length ? `${id}-${at}` : null,
    "aria-describedby": `${id}-help`,
    style: { "--rows": String(Math.min(6, draft.text.split("\n").length)) },
    on: {
      input: (event) => set({ text: event.target.value, hidden: false, at: 0, past: 0, problem: null }),
      keydown: (event) => keys(event, props),
    },
  });
}

function helpView({ session, where, draft, id }) {
  const wrong = Boolean(draft.problem);
  const style = wrong ? "line-help wrong" : "line-help";
  return h(
    "p",
    { class: style, id: `${id}-help`, role: wrong ? "alert" : null },
    help(draft, where, session),
  );
}

function labelOf(session, { channel, thread }) {
  if (thread) return "Reply …";
  const sign = session.state.channels.get(channel)?.kind === "im" ? "" : "#";
  return `Message ${sign}${session.channelName(channel)}, or type / for commands`;
}

function help(draft, { thread }, session) {
  if (draft.problem) return draft.problem;
  if (draft.sending) return "Sending …";
  if (session.state.workspace?.connected === false) return "Castroom is not running, so nothing will answer.";
  return thread
    ? "Enter sends"
    : "Enter sends · Shift and Enter for a new line · ↑ brings back what you sent";
}

function menu({ id, options, at, accept }) {
  const option = ({ text, shown, about }, index) =>
    h(
      "div",
      {
        id: `${id}-${index}`,
        role: "option",
        "aria-selected": String(index === at),
        on: {
          mousedown: (event) => {
            event.preventDefault();
            accept(text);
          },
        },
      },
      h("b", null, shown),
      about ? h("span", { class: "muted" }, about) : null,
    );
  return h(
    "div",
    { class: "suggestions", id: `${id}-menu`, role: "listbox", "aria-label": "Suggestions" },
    options.map(option),
  );
}

function keys(event, props) {
  if (event.isComposing) return;
  if (props.options.length && menuKeys(event, props)) event.preventDefault();
  else if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    sendLine(props, event.target.closest(".composer"));
  } else if (event.key === "ArrowUp" || event.key === "ArrowDown") browseHistory(event, props);
}

function menuKeys(event, { options, at, draft, set, accept }) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) set({ at: (at + step + options.length) % options.length });
  else if (event.key === "Escape") set({ hidden: true });
  else if (event.key === "Tab" && !event.shiftKey) accept(options[at].text);
  else if (event.key === "Enter" && draft.text.trim() !== options[at].text.trim()) accept(options[at].text);
  else return false;
  return true;
}

/** Arrow up and down go through the history, from the start and the end of the text. */
function browseHistory(event, { session, draft, set }) {
  const { value, selectionStart, selectionEnd } = event.target;
  const up = event.key === "ArrowUp";
  if (selectionStart !== selectionEnd || selectionStart !== (up ? 0 : value.length)) {
    if (!(up && draft.past && !value.includes("\n"))) return;
  }
  const past = Math.max(0, Math.min(session.sent.length, draft.past + (up ? 1 : -1)));
  if (past === draft.past) return;
  event.preventDefault();
  set({ past, text: past ? session.sent.at(-past) : "", hidden: true });
}

/** Clears the text at once and shows the newest message; a failed message returns with its error unless another one was begun. */
async function sendLine({ session, where, draft, set }, form) {
  const text = draft.text;
  if (!text.trim()) return;
  const { action, body, problem } = parseLine(text, where, session);
  if (problem) return void set({ problem });
  session.sent.push(text);
  set({ text: "", past: 0, problem: null, sending: draft.sending + 1 });
  scrollToEnd(form);
  const reason = await send(session, action, body);
  set({ sending: draft.sending - 1 });
  if (reason) set({ problem: reason, text: draft.text || text });
}
