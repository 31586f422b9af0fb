/** Modals: the top view of the person's stack, with entered values and errors. */
import { h } from "./dom.js";
import { blocksView } from "./blocks.js";
import { answerConfirm, closeView, submit } from "./deeds.js";
import { dialog } from "./dialog.js";
import { textObject } from "./mrkdwn.js";
import { entered, viewPlace } from "./places.js";

export function modalView(desk) {
  const stack = [...desk.sight.views.values()].filter(
    ({ type, user }) => type === "modal" && user === desk.user,
  );
  const view = stack.at(-1);
  if (!view) return null;
  const working = desk.working.has(`${view.id}/submit`);
  const close = () => closeView(desk, view);
  const go = (event) => {
    event.preventDefault();
    if (!working) submit(desk, view, entered(desk, view));
  };
  return dialog(
    { key: `modal-${desk.user}`, class: "modal", label: view.title.text, close },
    h(
      "form",
      { key: view.id, "aria-busy": working ? "true" : null, novalidate: true, on: { submit: go } },
      h(
        "header",
        null,
        h("h2", null, textObject(view.title, desk)),
        h("span", { class: "badge" }, "Castroom"),
        h("button", { type: "button", class: "tool", "aria-label": "Close", on: { click: close } }, "✕"),
      ),
      h("div", { class: "modal-body" }, blocksView(view.blocks, viewPlace(desk, view)), note(view, desk)),
      footer(view, working, close, desk),
    ),
  );
}

/** The confirmation dialog. */
export function confirmView(desk) {
  const asked = desk.confirming;
  if (!asked) return null;
  const no = () => answerConfirm(desk, false);
  const yes = () => answerConfirm(desk, true);
  return dialog(
    { key: "confirm", class: "modal confirm", label: asked.title.text, close: no },
    h("h2", null, textObject(asked.title, desk)),
    h("div", { class: "modal-body" }, textObject(asked.text, desk)),
    h(
      "footer",
      null,
      h("button", { type: "button", class: "button", on: { click: no } }, textObject(asked.deny, desk)),
      h(
        "button",
        { type: "button", class: `button ${asked.style ?? "primary"}`, autofocus: true, on: { click: yes } },
        textObject(asked.confirm, desk),
      ),
    ),
  );
}

function footer(view, working, close, desk) {
  const hasInput = view.blocks.some(({ type }) => type === "input");
  if (!view.submit && !hasInput && !view.close) return null;
  return h(
    "footer",
    null,
    h(
      "button",
      { type: "button", class: "button", on: { click: close } },
      view.close ? textObject(view.close, desk) : "Cancel",
    ),
    view.submit || hasInput
      ? h(
          "button",
          { class: working ? "button primary working" : "button primary" },
          h("span", null, view.submit ? textObject(view.submit, desk) : "Submit"),
        )
      : null,
  );
}

function note(view, desk) {
  const words = desk.notes.get(view.id);
  return words ? h("p", { key: "note", class: "note failed", role: "status" }, words) : null;
}
