/**
 * Block Kit to views, one function per kind of block (docs.slack.dev/reference/block-kit/blocks).
 * A `context` is where blocks are displayed: a message, a modal or the App Home; it defines the effect of a click.
 */
import { h } from "./dom.js";
import { actionElement, accessory } from "./elements.js";
import { field } from "./fields.js";
import { markdown } from "./markdown.js";
import { mrkdwn, textObject } from "./mrkdwn.js";
import { picture } from "./pictures.js";
import { richText } from "./richtext.js";

const SHOWN_LENGTH = 700;

const KINDS = {
  header: (block, context) => h("h3", { class: "block header" }, textObject(block.text, context.session)),
  divider: () => h("hr", { class: "block divider" }),
  section,
  context: (block, context) =>
    h(
      "div",
      { class: "block context" },
      block.elements.map((element) => contextElement(element, context)),
    ),
  actions: (block, context) =>
    h(
      "div",
      { class: "block actions" },
      block.elements.map((element) => actionElement(element, block, context)),
    ),
  context_actions: (block, context) =>
    h(
      "div",
      { class: "block actions small" },
      block.elements.map((element) => actionElement(element, block, context)),
    ),
  image: imageBlock,
  rich_text: (block, context) => h("div", { class: "block rich" }, richText(block.elements, context.session)),
  markdown: (block, context) => h("div", { class: "block rich" }, markdown(block.text, context.session)),
  card: (block, context) => card(block, context),
  carousel,
  table,
  data_visualization: barChart,
  input,
};

/** Views of all blocks, each with its own key, so that a redraw reuses them. */
export function blocksView(blocks, context) {
  const used = new Map();
  return blocks.map((block) => {
    const name = slotName(block);
    used.set(name, (used.get(name) ?? 0) + 1);
    return h("div", { key: `${name}#${used.get(name)}`, class: "block-slot" }, blockView(block, context));
  });
}

/** An update gives blocks without an id a new one, so they are known by their kind and their first control. */
function slotName(block) {
  if (block.type === "input") return `input ${block.block_id}`;
  const control = block.elements?.[0]?.action_id ?? block.accessory?.action_id ?? "";
  return `${block.type} ${control}`;
}

function blockView(block, context) {
  const draw = KINDS[block.type];
  if (draw) return draw(block, context);
  return h("p", { class: "note" }, `A ${block.type} block stands here; this page does not draw that kind.`);
}

function section(block, context) {
  const words = block.text ? h("div", { class: "section-text" }, foldable(block, context)) : null;
  const fields = (block.fields ?? []).map((text) => h("div", null, textObject(text, context.session)));
  return h(
    "div",
    { class: "block section" },
    h("div", { class: "section-main" }, words, fields.length ? h("div", { class: "fields" }, fields) : null),
    block.accessory ? h("div", { class: "accessory" }, accessory(block.accessory, block, context)) : null,
  );
}

/** Slack folds a long section behind "see more" unless the block sets `expand`. */
function foldable(block, context) {
  const words = textObject(block.text, context.session);
  const key = `fold/${block.text.text.slice(0, 60)}`;
  if (block.expand || block.text.text.length <= SHOWN_LENGTH || context.isOpen(key)) return words;
  const more = h(
    "button",
    { type: "button", class: "link", on: { click: () => context.toggle(key) } },
    "See more",
  );
  return [h("div", { class: "folded" }, words), more];
}

function contextElement(element, context) {
  if (element.type === "image") return picture(element, context, { class: "thumb" });
  return h("span", null, textObject(element, context.session));
}

function imageBlock(block, context) {
  return h(
    "figure",
    { class: "block image" },
    block.title ? h("figcaption", null, textObject(block.title, context.session)) : null,
    picture(block, context, { class: "large" }),
  );
}

function card(block, context, at) {
  const words = [
    ["title", "card-title"],
    ["subtitle", "card-subtitle"],
    ["body", "card-body"],
    ["subtext", "card-subtitle"],
  ];
  return h(
    "div",
    {
      class: "block card",
      key: block.block_id ?? at,
      role: "group",
      "aria-label": block.title?.text ?? "Card",
    },
    block.hero_image ? picture(block.hero_image, context, { class: "hero" }) : null,
    h(
      "div",
      { class: "card-words" },
      block.icon ? picture(block.icon, context, { class: "thumb" }) : null,
      words.map(([name, style]) =>
        block[name] ? h("div", { class: style }, textObject(block[name], context.session)) : null,
      ),
      block.actions?.length
        ? h(
            "div",
            { class: "actions" },
            block.actions.map((element) => actionElement(element, block, context)),
          )
        : null,
    ),
  );
}

function carousel(block, context) {
  const slide = (event, direction) => {
    const cards = event.currentTarget.closest(".carousel").querySelector(".cards");
    cards.scrollBy({ left: direction * cards.clientWidth * 0.8, behavior: "smooth" });
  };
  const arrow = (label, mark, direction) =>
    h(
      "button",
      {
        type: "button",
        class: "arrow",
        "aria-label": label,
        on: { click: (event) => slide(event, direction) },
      },
      mark,
    );
  return h(
    "div",
    { class: "block carousel", role: "group", "aria-label": `${block.elements.length} cards` },
    h(
      "div",
      { class: "cards", tabindex: "0" },
      block.elements.map((element, at) => card(element, context, at)),
    ),
    block.elements.length > 1 ? [arrow("Cards before", "‹", -1), arrow("Cards after", "›", 1)] : null,
  );
}

/** A bar chart: one row for each category, as wide as its share of the largest value. */
function barChart(block) {
  const { series, axis_config: axis } = block.chart;
  const bars = series.flatMap((one) => one.data);
  const largest = Math.max(1, ...bars.map((bar) => bar.value));
  const name = bars.map((bar) => `${bar.label}: ${bar.value}`).join(", ");
  return h(
    "div",
    { class: "block chart", role: "img", "aria-label": `${block.title}. ${name}` },
    h("div", { class: "chart-title" }, block.title),
    bars.map((bar) =>
      h(
        "div",
        { class: "chart-row" },
        h("span", { class: "chart-label" }, bar.label),
        h(
          "span",
          { class: "chart-track" },
          h("span", { class: "chart-bar", style: { width: `${(100 * bar.value) / largest}%` } }),
        ),
        h("span", { class: "chart-value" }, String(bar.value)),
      ),
    ),
    axis.y_label ? h("div", { class: "chart-axis" }, axis.y_label) : null,
  );
}

function table(block, context) {
  const cell = (tag) => (content, at) =>
    h(
      tag,
      { class: `align-${block.column_settings?.[at]?.align ?? "left"}`, scope: tag === "th" ? "col" : null },
      content.type === "rich_text"
        ? richText(content.elements, context.session)
        : mrkdwn(content.text, context.session),
    );
  const [head, ...rows] = block.rows;
  return h(
    "div",
    { class: "block table-scroll", tabindex: "0", role: "group", "aria-label": "Table" },
    h(
      "table",
      null,
      h("thead", null, h("tr", null, head.map(cell("th")))),
      h(
        "tbody",
        null,
        rows.map((row) => h("tr", null, row.map(cell("td")))),
      ),
    ),
  );
}

function input(block, context) {
  const error = context.errors?.[block.block_id];
  // An id with spaces would count as several ids, and the field would have no label.
  const id = `${context.name}-${block.block_id}`.replace(/\s/g, "_");
  const described = [block.hint ? `${id}-hint` : null, error ? `${id}-error` : null]
    .filter(Boolean)
    .join(" ");
  const optional = block.optional ? h("span", { class: "muted" }, " (optional)") : null;
  return h(
    "div",
    { class: error ? "block input wrong" : "block input" },
    h("label", { for: id, id: `${id}-label` }, textObject(block.label, context.session), optional),
    field(block.element, block, context, {
      id,
      described,
      invalid: Boolean(error),
      required: !block.optional,
    }),
    error ? h("p", { class: "error", id: `${id}-error`, role: "alert" }, error) : null,
    block.hint ? h("p", { class: "hint", id: `${id}-hint` }, textObject(block.hint, context.session)) : null,
  );
}
