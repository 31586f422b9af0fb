/** Modals: the top view of the person's stack, with entered values and errors. */
import { h } from "./dom.js";
import { blocksView } from "./blocks.js";
import { answerConfirm, closeView, submit } from "./actions.js";
import { dialog } from "./dialog.js";
import { textObject } from "./mrkdwn.js";
import { entered, viewContext } from "./block_context.js";

export function modalView(session) {
  const stack = [...session.state.views.values()].filter(
    ({ type, user }) => type === "modal" && user === session.user,
  );
  const view = stack.at(-1);
  if (!view) return null;
  const working = session.working.has(`${view.id}/submit`);
  const close = () => closeView(session, view);
  const go = (event) => {
    event.preventDefault();
    if (!working) submit(session, view, entered(session, view));
  };
  return dialog(
    { key: `modal-${session.user}`, class: "modal", label: view.title.text, close },
    h(
      "form",
      { key: view.id, "aria-busy": working ? "true" : null, novalidate: true, on: { submit: go } },
      h(
        "header",
        null,
        h("h2", null, textObject(view.title, session)),
        h("span", { class: "badge" }, "Castroom"),
        h("button", { type: "button", class: "tool", "aria-label": "Close", on: { click: close } }, "✕"),
      ),
      h(
        "div",
        { class: "modal-body" },
        blocksView(view.blocks, viewContext(session, view)),
        note(view, session),
      ),
      footer(view, working, close, session),
    ),
  );
}

/** The confirmation dialog. */
export function confirmView(session) {
  const asked = session.confirming;
  if (!asked) return null;
  const no = () => answerConfirm(session, false);
  const yes = () => answerConfirm(session, true);
  return dialog(
    { key: "confirm", class: "modal confirm", label: asked.title.text, close: no },
    h("h2", null, textObject(asked.title, session)),
    h("div", { class: "modal-body" }, textObject(asked.text, session)),
    h(
      "footer",
      null,
      h("button", { type: "button", class: "button", on: { click: no } }, textObject(asked.deny, session)),
      h(
        "button",
        { type: "button", class: `button ${asked.style ?? "primary"}`, autofocus: true, on: { click: yes } },
        textObject(asked.confirm, session),
      ),
    ),
  );
}

function footer(view, working, close, session) {
  const hasInput = view.blocks.some(({ type }) => type === "input");
  if (!view.submit && !hasInput && !view.close) return null;
  return h(
    "footer",
    null,
    h(
      "button",
      { type: "button", class: "button", on: { click: close } },
      view.close ? textObject(view.close, session) : "Cancel",
    ),
    view.submit || hasInput
      ? h(
          "button",
          { class: working ? "button primary working" : "button primary" },
          h("span", null, view.submit ? textObject(view.submit, session) : "Submit"),
        )
      : null,
  );
}

function note(view, session) {
  const words = session.notes.get(view.id);
  return words ? h("p", { key: "note", class: "note failed", role: "status" }, words) : null;
}
