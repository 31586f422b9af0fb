/** The panel of the practice models: set faults, and see what a real account would have charged. */
import { h } from "./dom.js";
import { request } from "./api.js";

const REFRESH_MS = 2000;
const MAX_CALLS = 6;
const FAULTS = [
  ["none", "draws normally"],
  ["refusal", "declines the brief"],
  ["rate_limit", "is too busy (429)"],
  ["no_money", "has no credit left"],
  ["bad_key", "refuses the key"],
  ["retired", "is retired"],
  ["error_500", "fails (500)"],
  ["error_503", "is down (503)"],
  ["latency", "is slow"],
  ["hang", "never answers"],
  ["cut_after", "draws, then hangs up"],
  ["truncated", "sends half a picture"],
  ["not_an_image", "sends no picture"],
  ["no_image", "answers without a picture"],
];

/** State and view of the panel; it calls `draw` after a change. */
export class Panel {
  constructor(draw, close) {
    this.draw = draw;
    this.close = close;
    this.models = null;
    this.bill = null;
    this.refresh();
    this.timer = setInterval(() => this.refresh(), REFRESH_MS);
  }

  stop() {
    clearInterval(this.timer);
  }

  async refresh() {
    const [models, bill] = await Promise.all([request("models"), request("bill")]);
    this.models = models.models ?? [];
    this.bill = bill.calls ? bill : null;
    this.draw();
  }

  async set(model, kind) {
    const still = kind === "none" ? {} : { times: 0 };
    await request(`models/${encodeURIComponent(model)}/faults`, { kind, ...still });
    await this.refresh();
  }
}

export function panelView(panel) {
  if (!panel) return null;
  const keys = (event) => event.key === "Escape" && panel.close();
  const leave = () =>
    [document.getElementById("panel-button"), document.querySelector(".drawer-button")]
      .find((button) => button.offsetParent !== null)
      ?.focus();
  return h(
    "aside",
    { class: "panel", key: "panel", "aria-label": "Models and bill", on: { keydown: keys }, removed: leave },
    h("header", { class: "channel-head" }, h("h2", null, "Models and bill"), closeButton(panel)),
    h(
      "div",
      { class: "panel-body" },
      bill(panel.bill),
      h("h3", null, "What each model does from now on"),
      h(
        "ul",
        { class: "models" },
        (panel.models ?? []).map((model) => row(model, panel)),
      ),
    ),
  );
}

function closeButton(panel) {
  return h(
    "button",
    {
      type: "button",
      class: "tool close",
      "aria-label": "Close models and bill",
      on: { click: panel.close },
      mounted: (node) => node.focus(),
    },
    "✕",
  );
}

function row(model, panel) {
  const kind = model.fault?.kind ?? "none";
  const known = FAULTS.some(([name]) => name === kind)
    ? FAULTS
    : [...FAULTS, [kind, kind.replaceAll("_", " ")]];
  const option = ([value, words]) => h("option", { key: value, value, selected: value === kind }, words);
  return h(
    "li",
    { key: model.id },
    h("label", { for: `fault-${model.id}` }, model.id === "*" ? "Every model" : model.id),
    h(
      "select",
      {
        id: `fault-${model.id}`,
        class: kind === "none" ? "entry" : "entry set",
        on: { change: (event) => panel.set(model.id, event.target.value) },
      },
      known.map(option),
    ),
  );
}

function bill(usage) {
  if (!usage) return null;
  const calls = usage.calls.slice(-MAX_CALLS).reverse();
  const line = (call) =>
    h(
      "tr",
      { key: call.id },
      h("td", null, call.model),
      h("td", null, call.outcome),
      h("td", { class: "align-right" }, call.charged ? `$${call.price_usd.toFixed(3)}` : "–"),
    );
  return [
    h("h3", { key: "head" }, `The bill: $${usage.total_usd.toFixed(3)}`),
    h("p", { key: "explanation", class: "muted" }, "What the real models would have charged. Here nobody pays."),
    calls.length
      ? h(
          "table",
          { key: "calls" },
          h(
            "thead",
            null,
            h(
              "tr",
              null,
              ["Model", "Came to", "Price"].map((name) => h("th", { scope: "col" }, name)),
            ),
          ),
          h("tbody", null, calls.map(line)),
        )
      : null,
  ];
}
