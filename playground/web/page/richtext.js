/** Slack's rich_text elements to views (docs.slack.dev/reference/block-kit/blocks/rich-text-block). */
import { h } from "./dom.js";
import { slackDate } from "./dates.js";
import { emoji } from "./emoji.js";
import { channelLink, group, link, mention } from "./mrkdwn.js";

const STYLES = { bold: "b", italic: "i", strike: "s", underline: "u", code: "code" };

const PARTS = {
  rich_text_section: (part, desk) => h("p", null, runs(part.elements, desk)),
  rich_text_quote: (part, desk) => h("blockquote", null, runs(part.elements, desk)),
  rich_text_preformatted: (part, desk) => h("pre", null, runs(part.elements, desk)),
  rich_text_list: list,
};

const RUNS = {
  text: (run) => run.text,
  emoji: (run) => emoji(run.name),
  link: (run, desk) => link(run.url, run.text ?? run.url, desk),
  user: (run, desk) => mention(desk, run.user_id),
  channel: (run, desk) => channelLink(desk, run.channel_id),
  usergroup: (run) => group(run.usergroup_id),
  broadcast: (run) => group(run.range),
  color: (run) => h("code", null, run.value),
  date: (run, desk) => slackDate(run.timestamp, run.format, desk.zone) ?? run.fallback ?? "",
};

export function richText(parts, desk) {
  return parts.map((part) => PARTS[part.type]?.(part, desk) ?? null);
}

function list(part, desk) {
  const items = part.elements.map((item) => h("li", null, runs(item.elements, desk)));
  const indent = { "margin-inline-start": `${(part.indent ?? 0) * 1.5}em` };
  const start = part.style === "ordered" && part.offset ? part.offset + 1 : null;
  return h(part.style === "ordered" ? "ol" : "ul", { style: indent, start }, items);
}

function runs(elements, desk) {
  return elements.map((run) => {
    const view = RUNS[run.type]?.(run, desk) ?? "";
    const styles = Object.keys(run.style ?? {}).filter((name) => run.style[name] && STYLES[name]);
    return styles.reduce((inner, name) => h(STYLES[name], null, inner), view);
  });
}
