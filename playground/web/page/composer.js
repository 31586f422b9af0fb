/** The composer: suggests commands and names, sends on Enter, keeps a history. */
import { send } from "./deeds.js";
import { h } from "./dom.js";
import { deedOf, suggestions } from "./line.js";
import { scrollToEnd } from "./scroll.js";

/** State of one composer, stored in the session so that a redraw or another channel loses nothing. */
function lineOf(desk, key) {
  if (!desk.lines.has(key))
    desk.lines.set(key, { text: "", at: 0, past: 0, hidden: false, problem: null, sending: 0 });
  return desk.lines.get(key);
}

export function composer(desk, where) {
  const key = `${where.channel}/${where.thread ?? ""}`;
  const line = lineOf(desk, key);
  const id = `line-${desk.name}-${where.thread ? "thread" : "channel"}`;
  const offered = line.hidden ? [] : suggestions(line.text, desk);
  const at = Math.min(line.at, offered.length - 1);
  const set = (change) => {
    Object.assign(line, change);
    desk.draw();
  };
  const take = (text) => set({ text, at: 0, problem: null });
  const all = { desk, where, line, id, offered, at, set, take };
  return h(
    "form",
    {
      class: "composer",
      key: "composer",
      "aria-label": where.thread ? "Reply" : "Write",
      on: { submit: (event) => event.preventDefault() },
    },
    offered.length ? menu(all) : null,
    h("label", { class: "unseen", for: id }, labelOf(desk, where)),
    entry(all),
    helpView(all),
  );
}

/** A text area that is a combobox while it has suggestions (w3.org/WAI/ARIA/apg/patterns/combobox). */
function entry(all) {
  const { desk, where, line, id, offered, at, set } = all;
  return h("textarea", {
    id,
    key: id,
    rows: "1",
    value: line.text,
    autocomplete: "off",
    spellcheck: "true",
    placeholder: labelOf(desk, where),
    role: "combobox",
    "aria-expanded": String(offered.length > 0),
    "aria-controls": `${id}-menu`,
    "aria-autocomplete": "list",
    "aria-activedescendant": offered.length ? `${id}-${at}` : null,
    "aria-describedby": `${id}-help`,
    style: { "--rows": String(Math.min(6, line.text.split("\n").length)) },
    on: {
      input: (event) => set({ text: event.target.value, hidden: false, at: 0, past: 0, problem: null }),
      keydown: (event) => keys(event, all),
    },
  });
}

function helpView({ desk, where, line, id }) {
  const wrong = Boolean(line.problem);
  const style = wrong ? "line-help wrong" : "line-help";
  return h("p", { class: style, id: `${id}-help`, role: wrong ? "alert" : null }, help(line, where, desk));
}

function labelOf(desk, { channel, thread }) {
  if (thread) return "Reply …";
  const sign = desk.sight.channels.get(channel)?.kind === "im" ? "" : "#";
  return `Message ${sign}${desk.channelName(channel)}, or type / for commands`;
}

function help(line, { thread }, desk) {
  if (line.problem) return line.problem;
  if (line.sending) return "Sending …";
  if (desk.sight.workspace?.connected === false) return "Castroom is not running, so nothing will answer.";
  return thread
    ? "Enter sends"
    : "Enter sends · Shift and Enter for a new line · ↑ brings back what you sent";
}

function menu({ id, offered, at, take }) {
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
            take(text);
          },
        },
      },
      h("b", null, shown),
      about ? h("span", { class: "quiet" }, about) : null,
    );
  return h(
    "div",
    { class: "offers", id: `${id}-menu`, role: "listbox", "aria-label": "Suggestions" },
    offered.map(option),
  );
}

function keys(event, line) {
  if (event.isComposing) return;
  if (line.offered.length && menuKeys(event, line)) event.preventDefault();
  else if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    sendLine(line, event.target.closest(".composer"));
  } else if (event.key === "ArrowUp" || event.key === "ArrowDown") leaf(event, line);
}

function menuKeys(event, { offered, at, line, set, take }) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) set({ at: (at + step + offered.length) % offered.length });
  else if (event.key === "Escape") set({ hidden: true });
  else if (event.key === "Tab" && !event.shiftKey) take(offered[at].text);
  else if (event.key === "Enter" && line.text.trim() !== offered[at].text.trim()) take(offered[at].text);
  else return false;
  return true;
}

/** Arrow up and down go through the history, from the start and the end of the text. */
function leaf(event, { desk, line, set }) {
  const { value, selectionStart, selectionEnd } = event.target;
  const up = event.key === "ArrowUp";
  if (selectionStart !== selectionEnd || selectionStart !== (up ? 0 : value.length)) {
    if (!(up && line.past && !value.includes("\n"))) return;
  }
  const past = Math.max(0, Math.min(desk.sent.length, line.past + (up ? 1 : -1)));
  if (past === line.past) return;
  event.preventDefault();
  set({ past, text: past ? desk.sent.at(-past) : "", hidden: true });
}

/** Clears the text at once and shows the newest message; a failed message returns with its error unless another one was begun. */
async function sendLine({ desk, where, line, set }, form) {
  const text = line.text;
  if (!text.trim()) return;
  const { deed, body, problem } = deedOf(text, where, desk);
  if (problem) return void set({ problem });
  desk.sent.push(text);
  set({ text: "", past: 0, problem: null, sending: line.sending + 1 });
  scrollToEnd(form);
  const reason = await send(desk, deed, body);
  set({ sending: line.sending - 1 });
  if (reason) set({ problem: reason, text: line.text || text });
}
