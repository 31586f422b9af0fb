/** One message: author, time, content, and its files, reactions and replies. */
import { h, remember } from "./dom.js";
import { blocksView } from "./blocks.js";
import { clock } from "./dates.js";
import { mrkdwn, spoken } from "./mrkdwn.js";
import { avatar } from "./people.js";
import { gallery } from "./pictures.js";
import { messagePlace } from "./places.js";
import { shortcuts, shortcutsButton } from "./shortcuts.js";
import { addButton, picker, reactionsView } from "./reactions.js";

const cache = new WeakMap();

/** Builds a message's view again only if the message, a name in it or its state in the session changed. */
export function messageView(
  message,
  channel,
  desk,
  { follows = false, inThread = false, stop = false } = {},
) {
  const own = cacheOf(desk, inThread);
  const deps = [desk.user, desk.sight.names, desk.marks(message.ts), follows, stop];
  return remember(own, message, deps, () => draw(message, channel, desk, { follows, inThread, stop }));
}

function cacheOf(desk, inThread) {
  if (!cache.has(desk)) cache.set(desk, [new WeakMap(), new WeakMap()]);
  return cache.get(desk)[inThread ? 1 : 0];
}

function draw(message, channel, desk, { follows, inThread, stop }) {
  const person = desk.person(message.user ?? message.bot_id);
  const kind = ["message", message.is_ephemeral ? "private" : null, follows ? "follows" : null];
  const label = `${person.real_name}, ${clock(message.ts, desk.zone)}: ${spoken(message.text, desk).slice(0, 200)}`;
  return h(
    "article",
    {
      key: message.ts,
      class: kind.filter(Boolean).join(" "),
      "data-ts": message.ts,
      tabindex: stop ? "0" : "-1",
      "aria-label": label,
    },
    follows ? h("span", { class: "gutter" }, time(message, desk)) : avatar(person, desk),
    h(
      "div",
      { class: "message-body" },
      message.is_ephemeral ? h("p", { class: "only-you" }, "Only visible to you") : null,
      follows ? null : head(message, person, desk),
      content(message, channel, desk),
      message.is_ephemeral ? null : reactionsView(message, channel, desk),
      inThread ? null : repliesButton(message, desk),
      picker(message, channel, desk),
      shortcuts(message, channel, desk),
      note(message, desk),
    ),
    message.is_ephemeral ? null : tools(message, desk, inThread),
  );
}

function head(message, person, desk) {
  return h(
    "div",
    { class: "message-head" },
    h("b", { class: "name" }, person.real_name),
    person.is_bot ? h("span", { class: "badge" }, "APP") : null,
    time(message, desk),
  );
}

function time(message, desk) {
  const at = new Date(Number(message.ts) * 1000).toISOString();
  return h("time", { class: "time", datetime: at }, clock(message.ts, desk.zone));
}

/** The app's blocks replace its text, as in Slack; people's messages show their text. Files follow. */
function content(message, channel, desk) {
  const place = messagePlace(desk, channel, message);
  const edited = message.edited ? h("span", { class: "quiet" }, " (edited)") : null;
  return [
    message.blocks?.length && message.bot_id
      ? h("div", { class: "blocks" }, blocksView(message.blocks, place))
      : h("div", { class: "text" }, mrkdwn(message.text, desk), edited),
    message.files?.length
      ? gallery(
          message.files.map((file) => desk.file(file.id) ?? file),
          place,
        )
      : null,
  ];
}

function repliesButton(message, desk) {
  const count = message.reply_count ?? 0;
  if (!count) return null;
  const faces = (message.reply_users ?? []).slice(0, 3).map((id) => avatar(desk.person(id), desk, "tiny"));
  return h(
    "button",
    { type: "button", class: "replies", on: { click: () => desk.openThread(message.ts) } },
    faces,
    h("span", { class: "link" }, count === 1 ? "1 reply" : `${count} replies`),
    message.latest_reply
      ? h("span", { class: "quiet" }, `last at ${clock(message.latest_reply, desk.zone)}`)
      : null,
  );
}

function tools(message, desk, inThread) {
  const reply = h(
    "button",
    {
      type: "button",
      class: "tool",
      "aria-label": "Reply in a thread",
      title: "Reply in a thread",
      on: { click: () => desk.openThread(message.ts) },
    },
    h(
      "svg",
      { viewBox: "0 0 24 24", "aria-hidden": "true" },
      h("path", {
        d: "M4 5h16v11H11l-4 4v-4H4z",
        fill: "none",
        stroke: "currentColor",
        "stroke-width": "1.7",
        "stroke-linejoin": "round",
      }),
    ),
  );
  return h(
    "div",
    { class: "tools" },
    addButton(message, desk, "tool"),
    inThread ? null : reply,
    shortcutsButton(message, desk),
  );
}

function note(message, desk) {
  const words = desk.notes.get(message.ts);
  return words ? h("p", { class: "note failed", role: "status" }, words) : null;
}
