/** The bar at the top: one sentence of status, and the page's own controls. */
import { h } from "./dom.js";

export const THEMES = { auto: "auto", light: "light", dark: "dark" };

export function statusBarView(app) {
  const drawer = { "aria-label": "Channels and people", "aria-expanded": String(app.drawer) };
  const pair = { "aria-pressed": String(Boolean(app.second)) };
  return h(
    "header",
    { class: "status-bar", key: "status-bar" },
    tool("drawer-button", drawer, app.toggleDrawer, "☰"),
    h(
      "p",
      null,
      h("b", null, "Practice workspace."),
      " Nobody here is real; the portraits are drawings made by practice models.",
    ),
    app.session.connected
      ? null
      : h("p", { class: "offline", role: "status" }, "Not connected, trying again …"),
    tool("wide-only", pair, app.toggleSecond, "Two people side by side"),
    tool("theme", {}, app.nextTheme, h("span", { class: "prefix" }, "Theme: "), THEMES[app.theme]),
  );
}

function tool(style, more, click, ...children) {
  return h(
    "button",
    { type: "button", key: style, class: `tool ${style}`, ...more, on: { click } },
    children,
  );
}
