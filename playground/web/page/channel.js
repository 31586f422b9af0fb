/** The middle: a channel's messages, newest at the bottom, and the line to write on. */
import { h } from "./dom.js";
import { composer } from "./composer.js";
import { dayName, dayOf } from "./dates.js";
import { messageView } from "./message.js";
import { channelSign } from "./sidebar.js";
import { move } from "./roving.js";
import { stick } from "./scroll.js";

const TOGETHER = 300; // seconds within which one person's messages stand under one name
const EXAMPLE =
  "/cast Maya: weathered 60-year-old fisherwoman, deep crow's feet, salt-cracked lips, grey plait";

export function channelView(desk) {
  const channel = desk.sight.channels.get(desk.channel);
  if (!channel)
    return h("section", { class: "middle", key: "waiting" }, h("p", { class: "empty" }, waiting(desk)));
  const messages = desk.sight.messages.get(channel.id) ?? [];
  const all = [...messages, ...desk.sight.privateIn(channel.id)].sort((a, b) => (a.ts < b.ts ? -1 : 1));
  return h(
    "section",
    {
      class: "middle",
      key: `${desk.user}/${channel.id}`,
      "aria-label": `Conversation ${desk.channelName(channel.id)}`,
    },
    heading(channel, desk),
    h(
      "div",
      { class: "scroll", key: "scroll", mounted: stick, on: { keydown: arrows } },
      h(
        "div",
        { class: "messages", role: "log", "aria-live": "polite", "aria-relevant": "additions" },
        older(channel, desk),
        withDays(all, channel, desk),
        showsHint(all, desk) ? hint(channel, desk) : null,
      ),
    ),
    composer(desk, { channel: channel.id }),
  );
}

/** Arrows walk through messages; Tab goes on to the buttons of the one in focus. */
export function arrows(event) {
  if (event.target.closest("article") === event.target) move(event, "article");
}

/** Messages in order with a line between days; neighbours by one person stand under one name. */
function withDays(all, channel, desk) {
  const views = [];
  let before = null;
  for (const message of all) {
    const newDay = !before || dayOf(before.ts, desk.zone) !== dayOf(message.ts, desk.zone);
    if (newDay)
      views.push(
        h(
          "h2",
          { key: `day-${dayOf(message.ts, desk.zone)}`, class: "day" },
          h("span", null, dayName(message.ts, desk.zone)),
        ),
      );
    const follows = !newDay && belongs(before, message);
    views.push(messageView(message, channel.id, desk, { follows, stop: message === all.at(-1) }));
    before = message;
  }
  return views;
}

function belongs(before, message) {
  const near = Number(message.ts) - Number(before.ts) < TOGETHER;
  return (
    near && before.user === message.user && !before.is_ephemeral && !message.is_ephemeral && !message.bot_id
  );
}

function heading(channel, desk) {
  return h(
    "header",
    { class: "channel-head", key: "head" },
    h("h1", null, channelSign(channel), desk.channelName(channel.id)),
    channel.topic ? h("p", { class: "topic" }, channel.topic) : null,
    channel.kind === "im" ? null : h("span", { class: "members quiet" }, `${channel.members.length} members`),
  );
}

function older(channel, desk) {
  if (!desk.sight.more.get(channel.id)) return null;
  return h(
    "button",
    { type: "button", key: "older", class: "button older", on: { click: () => desk.older() } },
    "Show older messages",
  );
}

function waiting(desk) {
  return desk.connected ? "Choose a conversation." : "Opening the practice workspace …";
}

function showsHint(all, desk) {
  return !all.some((message) => message.user === desk.bot);
}

function hint(channel, desk) {
  const member = channel.kind === "im" || channel.members.includes(desk.bot);
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
      { type: "button", class: "fill", on: { click: () => desk.fill(`${channel.id}/`, line) } },
      line,
    ),
    h("p", { class: "quiet" }, "Click to copy the command below, then press Enter."),
  );
}
