/** The App Home, as this person sees it. */
import { h } from "./dom.js";
import { blocksView } from "./blocks.js";
import { viewContext } from "./block_context.js";

export function homeView(session) {
  const view = session.state.home;
  const words = session.notes.get(view?.id) ?? session.notes.get("home");
  return h(
    "section",
    { class: "middle home", key: `home-${session.user}`, "aria-label": "Home of Castroom" },
    h(
      "header",
      { class: "channel-head" },
      h("h1", null, "Castroom"),
      h("span", { class: "badge" }, "APP"),
      h("p", { class: "topic" }, "Home"),
    ),
    h(
      "div",
      { class: "scroll" },
      h(
        "div",
        { class: "home-body" },
        view
          ? blocksView(view.blocks, viewContext(session, view))
          : h("p", { class: "empty" }, nothing(session)),
        words ? h("p", { class: "note failed", role: "status" }, words) : null,
      ),
    ),
  );
}

function nothing(session) {
  if (session.working.has("home")) return "Opening …";
  return "Castroom has not drawn this page yet. It does when it is running and this page is opened.";
}
