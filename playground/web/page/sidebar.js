/** The sidebar: the workspace, the person one acts as, and the channels. */
import { openHome } from "./deeds.js";
import { h } from "./dom.js";
import { avatar } from "./people.js";
import { move } from "./roving.js";

const PADLOCK = "M7 11V8.5a5 5 0 0 1 10 0V11M5.5 11h13v9h-13z";

export function sidebarView(desk, shell) {
  const places = desk.channels();
  const direct = places.filter(({ kind }) => kind === "im");
  const rooms = places.filter(({ kind }) => kind !== "im");
  return h(
    "nav",
    {
      class: shell.drawer ? "sidebar out" : "sidebar",
      key: "sidebar",
      "aria-label": "Workspace",
    },
    h("button", { type: "button", class: "tool drawer-close", "aria-label": "Close", on: { click: shell.closeDrawer } }, "✕"),
    h("p", { class: "workspace" }, desk.sight.workspace?.name ?? "Practice workspace"),
    elsewhere(shell),
    peopleSwitch(desk, shell.closeDrawer),
    h(
      "div",
      { class: "places" },
      list("Apps", [homeEntry(desk, shell)]),
      list(
        "Channels",
        rooms.map((place) => entry(place, desk, shell)),
      ),
      list(
        "Direct messages",
        direct.map((place) => entry(place, desk, shell)),
      ),
    ),
    h("div", { class: "foot" }, h("p", { class: "status" }, appStatus(desk)), panelButton(shell)),
  );
}

/** The other workspaces, in which the same app is installed; nothing of this one is visible there. */
function elsewhere({ elsewhere: others }) {
  const way = ({ id, name }) => h("a", { key: id, href: `?team=${encodeURIComponent(id)}` }, name);
  return others.length ? h("p", { class: "elsewhere" }, "Go to ", others.map(way)) : null;
}

/** The sign before a channel's name: # or, for a private one, a padlock. */
export function channelSign({ kind }) {
  if (kind === "im") return null;
  if (kind !== "private") return h("span", { class: "sign", "aria-hidden": "true" }, "#");
  const lock = h("path", { d: PADLOCK, fill: "none", stroke: "currentColor", "stroke-width": "2" });
  return h(
    "span",
    { class: "sign", role: "img", "aria-label": "private" },
    h("svg", { viewBox: "0 0 24 24" }, lock),
  );
}

/** Native radio buttons, so that arrow keys move between people. */
export function peopleSwitch(desk, chosen = () => {}) {
  const choice = (person) =>
    h(
      "label",
      { key: person.id, class: person.id === desk.user ? "seat mine" : "seat", title: person.title },
      h("input", {
        type: "radio",
        name: `seat-${desk.name}`,
        value: person.id,
        checked: person.id === desk.user,
        on: {
          change: () => {
            desk.sit(person.id);
            chosen();
          },
        },
      }),
      avatar(person, desk, "small"),
      h("span", null, h("b", null, person.real_name), h("span", { class: "role" }, person.title)),
    );
  return h(
    "fieldset",
    { class: "people", key: "people" },
    h("legend", null, "You are"),
    desk.people().map(choice),
  );
}

function list(name, entries) {
  if (!entries.length) return null;
  const walk = (event) => move(event, "button");
  return [
    h("h2", { key: `${name}-head` }, name),
    h("ul", { key: name, "aria-label": name, on: { keydown: walk } }, entries),
  ];
}

function entry(place, desk, shell) {
  const here = desk.page === "channel" && desk.channel === place.id;
  const unread = desk.isUnread(place);
  const go = () => {
    shell.closeDrawer();
    desk.go(place.id);
  };
  const name = desk.channelName(place.id);
  const sign = place.kind === "im" ? avatar(desk.person(desk.bot), desk, "tiny") : channelSign(place);
  return h(
    "li",
    { key: place.id },
    h(
      "button",
      {
        type: "button",
        class: unread ? "place unread" : "place",
        "aria-current": here ? "page" : null,
        "data-channel": place.id,
        on: { click: go },
      },
      sign,
      h("span", null, name),
      unread ? h("span", { class: "unseen" }, ", unread") : null,
    ),
  );
}

function homeEntry(desk, shell) {
  const go = () => {
    shell.closeDrawer();
    openHome(desk);
  };
  return h(
    "li",
    { key: "home" },
    h(
      "button",
      {
        type: "button",
        class: "place",
        "aria-current": desk.page === "home" ? "page" : null,
        on: { click: go },
      },
      avatar(desk.person(desk.bot), desk, "tiny"),
      h("span", null, "Castroom home"),
    ),
  );
}

function appStatus(desk) {
  const on = desk.sight.workspace?.connected;
  return [
    h("span", { class: on ? "lamp on" : "lamp" }),
    on ? "Castroom is running" : "Castroom is not running",
  ];
}

function panelButton(shell) {
  return h(
    "button",
    {
      type: "button",
      id: "panel-button",
      class: "button",
      "aria-expanded": String(Boolean(shell.panel)),
      on: { click: () => shell.togglePanel() },
    },
    "Models and bill",
  );
}
