/** The strip at the top: one sentence of status, and the page's own controls. */
import { h } from "./dom.js";

export const LIGHTS = { auto: "auto", light: "light", dark: "dark" };

export function stripView(shell) {
  const drawer = { "aria-label": "Channels and people", "aria-expanded": String(shell.drawer) };
  const pair = { "aria-pressed": String(Boolean(shell.second)) };
  return h(
    "header",
    { class: "strip", key: "strip" },
    tool("drawer-button", drawer, shell.toggleDrawer, "☰"),
    h(
      "p",
      null,
      h("b", null, "Practice workspace."),
      " Nobody here is real; the portraits are drawings made by practice models.",
    ),
    shell.desk.connected
      ? null
      : h("p", { class: "offline", role: "status" }, "Not connected, trying again …"),
    tool("wide-only", pair, shell.toggleSecond, "Two people side by side"),
    tool("light", {}, shell.turnLight, h("span", { class: "prefix" }, "Theme: "), LIGHTS[shell.light]),
  );
}

function tool(style, more, click, ...words) {
  return h("button", { type: "button", key: style, class: `tool ${style}`, ...more, on: { click } }, words);
}
