/** One message: author, time, content, and its files, reactions and replies. */
import { h, remember } from "./dom.js";
import { blocksView } from "./blocks.js";
import { clock } from "./dates.js";
import { mrkdwn, spoken } from "./mrkdwn.js";
import { avatar } from "./people.js";
import { gallery } from "./pictures.js";
import { messageContext } from "./block_context.js";
import { shortcuts, shortcutsButton } from "./shortcuts.js";
import { addButton, picker, reactionsView } from "./reactions.js";

const cache = new WeakMap();

/** Builds a message's view again only if the message, a name in it or its state in the session changed. */
export function messageView(
  message,
  channel,
  session,
  { follows = false, inThread = false, stop = false } = {},
) {
  const own = cacheOf(session, inThread);
  const deps = [session.user, session.state.names, session.renderKey(message.ts), follows, stop];
  return remember(own, message, deps, () => draw(message, channel, session, { follows, inThread, stop }));
}

function cacheOf(session, inThread) {
  if (!cache.has(session)) cache.set(session, [new WeakMap(), new WeakMap()]);
  return cache.get(session)[inThread ? 1 : 0];
}

function draw(message, channel, session, { follows, inThread, stop }) {
  const person = session.person(message.user ?? message.bot_id);
  const kind = ["message", message.is_ephemeral ? "private" : null, follows ? "follows" : null];
  const label = `${person.real_name}, ${clock(message.ts, session.zone)}: ${spoken(message.text, session).slice(0, 200)}`;
  return h(
    "article",
    {
      key: message.ts,
      class: kind.filter(Boolean).join(" "),
      "data-ts": message.ts,
      tabindex: stop ? "0" : "-1",
      "aria-label": label,
    },
    follows ? h("span", { class: "gutter" }, time(message, session)) : avatar(person, session),
    h(
      "div",
      { class: "message-body" },
      message.is_ephemeral ? h("p", { class: "only-you" }, "Only visible to you") : null,
      follows ? null : head(message, person, session),
      content(message, channel, session),
      message.is_ephemeral ? null : reactionsView(message, channel, session),
      inThread ? null : repliesButton(message, session),
      picker(message, channel, session),
      shortcuts(message, channel, session),
      note(message, session),
    ),
    message.is_ephemeral ? null : tools(message, session, inThread),
  );
}

function head(message, person, session) {
  return h(
    "div",
    { class: "message-head" },
    h("b", { class: "name" }, person.real_name),
    person.is_bot ? h("span", { class: "badge" }, "APP") : null,
    time(message, session),
  );
}

function time(message, session) {
  const at = new Date(Number(message.ts) * 1000).toISOString();
  return h("time", { class: "time", datetime: at }, clock(message.ts, session.zone));
}

/** The app's blocks replace its text, as in Slack; people's messages show their text. Files follow. */
function content(message, channel, session) {
  const context = messageContext(session, channel, message);
  const edited = message.edited ? h("span", { class: "muted" }, " (edited)") : null;
  return [
    message.blocks?.length && message.bot_id
      ? h("div", { class: "blocks" }, blocksView(message.blocks, context))
      : h("div", { class: "text" }, mrkdwn(message.text, session), edited),
    message.files?.length
      ? gallery(
          message.files.map((file) => session.file(file.id) ?? file),
          context,
        )
      : null,
  ];
}

function repliesButton(message, session) {
  const count = message.reply_count ?? 0;
  if (!count) return null;
  const faces = (message.reply_users ?? [])
    .slice(0, 3)
    .map((id) => avatar(session.person(id), session, "tiny"));
  return h(
    "button",
    { type: "button", class: "replies", on: { click: () => session.openThread(message.ts) } },
    faces,
    h("span", { class: "link" }, count === 1 ? "1 reply" : `${count} replies`),
    message.latest_reply
      ? h("span", { class: "muted" }, `last at ${clock(message.latest_reply, session.zone)}`)
      : null,
  );
}

function tools(message, session, inThread) {
  const reply = h(
    "button",
    {
      type: "button",
      class: "tool",
      "aria-label": "Reply in a thread",
      title: "Reply in a thread",
      on: { click: () => session.openThread(message.ts) },
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
    addButton(message, session, "tool"),
    inThread ? null : reply,
    shortcutsButton(message, session),
  );
}

function note(message, session) {
  const words = session.notes.get(message.ts);
  return words ? h("p", { class: "note failed", role: "status" }, words) : null;
}
