/**
 * The `markdown` block: the parts of CommonMark that Slack lists for it
 * (docs.slack.dev/reference/block-kit/blocks/markdown-block).
 */
import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { link } from "./mrkdwn.js";

const INLINE = new RegExp(
  [
    "`(?<code>[^`\\n]+)`",
    "!?\\[(?<label>[^\\]\\n]*)\\]\\((?<target>[^()\\s]+)\\)",
    "\\*\\*(?<bold>\\S(?:[^\\n]*?\\S)?)\\*\\*",
    "~~(?<strike>\\S(?:[^\\n]*?\\S)?)~~",
    "(?<![\\w*])\\*(?<italic>[^\\s*](?:[^*\\n]*[^\\s*])?)\\*(?![\\w*])",
    "(?<!\\w)_(?<slanted>[^\\s_](?:[^_\\n]*[^\\s_])?)_(?!\\w)",
    "(?<![\\w:]):(?<emoji>[a-z0-9_+'-]+):",
    "(?<bare>https?://[^\\s<>]+[^\\s<>.,;:!?)])",
  ].join("|"),
  "g",
);

/** Line by line: each rule consumes the lines it matches and returns a view. */
export function markdown(text, session) {
  const lines = text.split("\n");
  const views = [];
  while (lines.length) {
    if (!lines[0].trim()) lines.shift();
    else views.push(RULES.find(([starts]) => starts.test(lines[0]))[1](lines, session));
  }
  return views;
}

const RULES = [
  [/^```/, fence],
  [/^#{1,6} /, heading],
  [/^\s*(?:-{3,}|\*{3,}|_{3,})\s*$/, (lines) => (lines.shift(), h("hr", null))],
  [/^> ?/, (lines, session) => h("blockquote", null, inline(take(lines, /^> ?/).join("\n"), session))],
  [/^\s*[-*+] /, (lines, session) => items("ul", take(lines, /^\s*[-*+] /), session)],
  [/^\s*\d+[.)] /, (lines, session) => items("ol", take(lines, /^\s*\d+[.)] /), session)],
  [/^\|.*\|\s*$/, grid],
  [/^/, paragraph],
];

function take(lines, mark) {
  const taken = [];
  while (lines.length && mark.test(lines[0])) taken.push(lines.shift().replace(mark, ""));
  return taken;
}

function fence(lines) {
  lines.shift();
  const code = [];
  while (lines.length && !lines[0].startsWith("```")) code.push(lines.shift());
  lines.shift();
  return h("pre", null, code.join("\n"));
}

function heading(lines, session) {
  const [, marks, words] = /^(#{1,6}) (.*)$/.exec(lines.shift());
  return h(`h${Math.min(6, marks.length + 2)}`, null, inline(words, session));
}

function items(tag, entries, session) {
  const box = (entry) => entry.replace(/^\[ \] /, "☐ ").replace(/^\[x\] /i, "☑ ");
  return h(
    tag,
    null,
    entries.map((entry) => h("li", null, inline(box(entry), session))),
  );
}

function grid(lines, session) {
  const rows = [];
  while (lines.length && /^\|.*\|\s*$/.test(lines[0]))
    rows.push(lines.shift().trim().slice(1, -1).split("|"));
  const words = rows.filter((row) => !row.every((cell) => /^\s*:?-+:?\s*$/.test(cell)));
  const line = (tag) => (row) =>
    h(
      "tr",
      null,
      row.map((cell) => h(tag, null, inline(cell.trim(), session))),
    );
  return h(
    "table",
    null,
    h("thead", null, words.slice(0, 1).map(line("th"))),
    h("tbody", null, words.slice(1).map(line("td"))),
  );
}

function paragraph(lines, session) {
  const words = [lines.shift()];
  const startsOther = (line) => RULES.slice(0, -1).some(([starts]) => starts.test(line));
  while (lines.length && lines[0].trim() && !startsOther(lines[0])) words.push(lines.shift());
  return h("p", null, inline(words.join("\n"), session));
}

function inline(text, session) {
  const views = [];
  let done = 0;
  for (const { index, 0: whole, groups } of text.matchAll(INLINE)) {
    if (index > done) views.push(text.slice(done, index));
    views.push(marked(groups, session));
    done = index + whole.length;
  }
  if (done < text.length) views.push(text.slice(done));
  return views;
}

function marked(found, session) {
  if (found.code !== undefined) return h("code", null, found.code);
  if (found.target !== undefined)
    return link(found.target, inline(found.label || found.target, session), session);
  if (found.bare !== undefined) return link(found.bare, found.bare, session);
  if (found.emoji !== undefined) return emoji(found.emoji);
  if (found.bold !== undefined) return h("b", null, inline(found.bold, session));
  if (found.strike !== undefined) return h("s", null, inline(found.strike, session));
  return h("i", null, inline(found.italic ?? found.slanted, session));
}
