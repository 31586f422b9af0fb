/** Slack's rich_text elements to views (docs.slack.dev/reference/block-kit/blocks/rich-text-block). */
import { h } from "./dom.js";
import { slackDate } from "./dates.js";
import { emoji } from "./emoji.js";
import { channelLink, group, link, mention } from "./mrkdwn.js";

const STYLES = { bold: "b", italic: "i", strike: "s", underline: "u", code: "code" };

const PARTS = {
  rich_text_section: (part, session) => h("p", null, runs(part.elements, session)),
  rich_text_quote: (part, session) => h("blockquote", null, runs(part.elements, session)),
  rich_text_preformatted: (part, session) => h("pre", null, runs(part.elements, session)),
  rich_text_list: list,
};

const RUNS = {
  text: (run) => run.text,
  emoji: (run) => emoji(run.name),
  link: (run, session) => link(run.url, run.text ?? run.url, session),
  user: (run, session) => mention(session, run.user_id),
  channel: (run, session) => channelLink(session, run.channel_id),
  usergroup: (run) => group(run.usergroup_id),
  broadcast: (run) => group(run.range),
  color: (run) => h("code", null, run.value),
  date: (run, session) => slackDate(run.timestamp, run.format, session.zone) ?? run.fallback ?? "",
};

export function richText(parts, session) {
  return parts.map((part) => PARTS[part.type]?.(part, session) ?? null);
}

function list(part, session) {
  const items = part.elements.map((item) => h("li", null, runs(item.elements, session)));
  const indent = { "margin-inline-start": `${(part.indent ?? 0) * 1.5}em` };
  const start = part.style === "ordered" && part.offset ? part.offset + 1 : null;
  return h(part.style === "ordered" ? "ol" : "ul", { style: indent, start }, items);
}

function runs(elements, session) {
  return elements.map((run) => {
    const view = RUNS[run.type]?.(run, session) ?? "";
    const styles = Object.keys(run.style ?? {}).filter((name) => run.style[name] && STYLES[name]);
    return styles.reduce((inner, name) => h(STYLES[name], null, inner), view);
  });
}
