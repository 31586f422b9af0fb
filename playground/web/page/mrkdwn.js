/**
 * Slack's mrkdwn to views. Rules as Slack documents them (docs.slack.dev/messaging/formatting-message-text):
 * only &, < and > are escaped; <...> holds links, mentions and dates; markers bind to whole words.
 */
import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { slackDate } from "./dates.js";

const around = (mark, name) =>
  `(?<![\\w${mark}])[${mark}](?<${name}>[^\\s${mark}](?:[^${mark}\\n]*[^\\s${mark}])?)[${mark}](?!\\w)`;
const INLINE = new RegExp(
  [
    "```\\n?(?<fence>[\\s\\S]+?)\\n?```",
    "`(?<code>[^`\\n]+)`",
    "<(?<angle>[^<>\\n]+)>",
    "(?<![\\w:]):(?<emoji>[a-z0-9_+'-]+)(?:::skin-tone-[2-6])?:",
    around("*", "bold"),
    around("_", "italic"),
    around("~", "strike"),
  ].join("|"),
  "g",
);
const PERMALINK = /\/archives\/(?<channel>[CDG][A-Z0-9]+)\/p(?<seconds>\d{10})(?<rest>\d{6})/;
const TAGS = { bold: "b", italic: "i", strike: "s" };

/** Paragraphs and quotes of a mrkdwn text, as a list of views. */
export function mrkdwn(text, session) {
  const parts = [];
  for (const { quoted, lines } of runs(text ?? "")) {
    const views = inline(lines.join("\n"), session);
    parts.push(quoted ? h("blockquote", null, views) : views);
  }
  return parts.flat();
}

/** A text object: mrkdwn is formatted; plain text shows emoji only, unless it says otherwise. */
export function textObject(object, session) {
  if (!object) return [];
  if (object.type === "mrkdwn") return mrkdwn(object.text, session);
  return object.emoji === false ? [object.text] : plain(object.text);
}

/** What a reader's program should say for a text: no markers, names instead of ids. */
export function spoken(text, session) {
  return unescape(
    (text ?? "")
      .replace(/<@([A-Z0-9]+)(\|[^>]*)?>/g, (_, id) => `@${session.personName(id)}`)
      .replace(/<#([A-Z0-9]+)(\|[^>]*)?>/g, (_, id) => `#${session.channelName(id)}`)
      .replace(/<[^|>]+\|([^>]+)>/g, "$1")
      .replace(/[*_~`]/g, ""),
  );
}

function unescape(text) {
  return text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
}

function* runs(text) {
  let run = null;
  let fenced = false;
  for (const line of text.split("\n")) {
    const quote = fenced ? null : /^(?:>|&gt;) ?(.*)$/.exec(line);
    if ((line.match(/```/g)?.length ?? 0) % 2) fenced = !fenced;
    if (!run || run.quoted !== Boolean(quote)) {
      if (run) yield run;
      run = { quoted: Boolean(quote), lines: [] };
    }
    run.lines.push(quote ? quote[1] : line);
  }
  if (run) yield run;
}

function inline(text, session) {
  const views = [];
  let done = 0;
  for (const match of text.matchAll(INLINE)) {
    if (match.index > done) views.push(unescape(text.slice(done, match.index)));
    views.push(marked(match.groups, session));
    done = match.index + match[0].length;
  }
  if (done < text.length) views.push(unescape(text.slice(done)));
  return views;
}

function marked(found, session) {
  if (found.fence !== undefined) return h("pre", null, unescape(found.fence));
  if (found.code !== undefined) return h("code", null, unescape(found.code));
  if (found.emoji !== undefined) return emoji(found.emoji);
  if (found.angle !== undefined) return reference(found.angle, session);
  const [name, inner] = Object.entries(found).find(([, value]) => value !== undefined);
  return h(TAGS[name], null, inline(inner, session));
}

function reference(inside, session) {
  const [target, label] = divide(inside, "|");
  if (target.startsWith("@")) return mention(session, target.slice(1));
  if (target.startsWith("#")) return channelLink(session, target.slice(1), label);
  if (target.startsWith("!date^")) return dateView(target.slice(6), label, session);
  if (target.startsWith("!")) return group(label ?? target.slice(1));
  return link(unescape(target), label === undefined ? unescape(target) : plain(unescape(label)), session);
}

/** A link to a message leads there on this page. */
function follow(event, { channel, seconds, rest }, session) {
  event.preventDefault();
  session.openMessage(channel, `${seconds}.${rest}`);
}

/** @here and its like, and user groups. */
export function group(name) {
  return h("span", { class: "mention" }, name.startsWith("@") ? name : `@${name}`);
}

export function mention(session, id) {
  return h("span", { class: id === session.user ? "mention me" : "mention" }, `@${session.personName(id)}`);
}

export function channelLink(session, id, label) {
  const name = session.channelName(id, label);
  return h(
    "button",
    { type: "button", class: "mention", on: { click: () => session.openChannel(id) } },
    `#${name}`,
  );
}

/** A link that leaves the page says so; anything but http(s) and mail stays plain text. */
export function link(target, label, session) {
  if (!/^(https?:|mailto:)/i.test(target)) return h("span", null, label);
  const place = PERMALINK.exec(target)?.groups;
  if (place) return h("a", { href: target, on: { click: (event) => follow(event, place, session) } }, label);
  return h("a", { href: target, target: "_blank", rel: "noopener noreferrer" }, label);
}

function dateView(inside, fallback, session) {
  const [stamp, format, target] = inside.split("^");
  const words = slackDate(Number(stamp), format ?? "", session.zone) ?? unescape(fallback ?? "");
  const at = Number.isFinite(Number(stamp)) ? new Date(Number(stamp) * 1000).toISOString() : null;
  const view = h("time", { datetime: at, title: fallback }, words);
  return target ? link(unescape(target), view, session) : view;
}

function plain(text) {
  const views = [];
  let done = 0;
  for (const match of text.matchAll(/(?<![\w:]):([a-z0-9_+'-]+):/g)) {
    if (match.index > done) views.push(text.slice(done, match.index));
    views.push(emoji(match[1]));
    done = match.index + match[0].length;
  }
  if (done < text.length) views.push(text.slice(done));
  return views;
}

function divide(text, mark) {
  const at = text.indexOf(mark);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
