/** The middle: a channel's messages, newest at the bottom, and the line to write on. */
import { h } from "./dom.js";
import { composer } from "./composer.js";
import { dayName, dayOf } from "./dates.js";
import { messageView } from "./message.js";
import { channelIcon } from "./sidebar.js";
import { moveFocus } from "./roving.js";
import { stick } from "./scroll.js";

const GROUP_SECONDS = 300; // seconds within which one person's messages stand under one name
const EXAMPLE =
  "/cast Maya: weathered 60-year-old fisherwoman, deep crow's feet, salt-cracked lips, grey plait";

export function channelView(session) {
  const channel = session.state.channels.get(session.channel);
  if (!channel)
    return h("section", { class: "middle", key: "waiting" }, h("p", { class: "empty" }, waiting(session)));
  const messages = session.state.messages.get(channel.id) ?? [];
  const all = [...messages, ...session.state.ephemeralsIn(channel.id)].sort((a, b) => (a.ts < b.ts ? -1 : 1));
  return h(
    "section",
    {
      class: "middle",
      key: `${session.user}/${channel.id}`,
      "aria-label": `Conversation ${session.channelName(channel.id)}`,
    },
    heading(channel, session),
    h(
      "div",
      { class: "scroll", key: "scroll", mounted: stick, on: { keydown: arrows } },
      h(
        "div",
        { class: "messages", role: "log", "aria-live": "polite", "aria-relevant": "additions" },
        older(channel, session),
        withDays(all, channel, session),
        showsHint(all, session) ? hint(channel, session) : null,
      ),
    ),
    composer(session, { channel: channel.id }),
  );
}

/** Arrows walk through messages; Tab goes on to the buttons of the one in focus. */
export function arrows(event) {
  if (event.target.closest("article") === event.target) moveFocus(event, "article");
}

/** Messages in order with a line between days; neighbours by one person stand under one name. */
function withDays(all, channel, session) {
  const views = [];
  let before = null;
  for (const message of all) {
    const newDay = !before || dayOf(before.ts, session.zone) !== dayOf(message.ts, session.zone);
    if (newDay)
      views.push(
        h(
          "h2",
          { key: `day-${dayOf(message.ts, session.zone)}`, class: "day" },
          h("span", null, dayName(message.ts, session.zone)),
        ),
      );
    const follows = !newDay && belongs(before, message);
    views.push(messageView(message, channel.id, session, { follows, stop: message === all.at(-1) }));
    before = message;
  }
  return views;
}

function belongs(before, message) {
  const near = Number(message.ts) - Number(before.ts) < GROUP_SECONDS;
  return (
    near && before.user === message.user && !before.is_ephemeral && !message.is_ephemeral && !message.bot_id
  );
}

function heading(channel, session) {
  return h(
    "header",
    { class: "channel-head", key: "head" },
    h("h1", null, channelIcon(channel), session.channelName(channel.id)),
    channel.topic ? h("p", { class: "topic" }, channel.topic) : null,
    channel.kind === "im" ? null : h("span", { class: "members muted" }, `${channel.members.length} members`),
  );
}

function older(channel, session) {
  if (!session.state.hasMore.get(channel.id)) return null;
  return h(
    "button",
    { type: "button", key: "older", class: "button older", on: { click: () => session.loadOlder() } },
    "Show older messages",
  );
}

function waiting(session) {
  return session.connected ? "Choose a conversation." : "Opening the practice workspace …";
}

function showsHint(all, session) {
  return !all.some((message) => message.user === session.bot);
}

function hint(channel, session) {
  const member = channel.kind === "im" || channel.members.includes(session.bot);
  const line = member ? EXAMPLE : "/invite @Castroom";
  return h(
    "aside",
    { class: "hint-card", key: "hint", "aria-label": "How to begin" },
    h("h2", null, member ? "Cast a first face" : "Castroom is not in this channel yet"),
    h(
      "p",
      null,
      member
        ? "Type a brief on the line below, or /cast alone for a form. Practice models draw from the same words, the team votes, one face is locked."
        : "Invite it, and it can post here.",
    ),
    h(
      "button",
      { type: "button", class: "fill", on: { click: () => session.fillComposer(`${channel.id}/`, line) } },
      line,
    ),
    h("p", { class: "muted" }, "Click to copy the command below, then press Enter."),
  );
}
