/** The App Home, as this person sees it. */
import { h } from "./dom.js";
import { blocksView } from "./blocks.js";
import { viewPlace } from "./places.js";

export function homeView(desk) {
  const view = desk.sight.home;
  const words = desk.notes.get(view?.id) ?? desk.notes.get("home");
  return h(
    "section",
    { class: "middle home", key: `home-${desk.user}`, "aria-label": "Home of Castroom" },
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
        view ? blocksView(view.blocks, viewPlace(desk, view)) : h("p", { class: "empty" }, nothing(desk)),
        words ? h("p", { class: "note failed", role: "status" }, words) : null,
      ),
    ),
  );
}

function nothing(desk) {
  if (desk.working.has("home")) return "Opening …";
  return "Castroom has not drawn this page yet. It does when it is running and this page is opened.";
}
