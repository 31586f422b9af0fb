/** The sidebar: the workspace, the person one acts as, and the channels. */
import { openHome } from "./actions.js";
import { h } from "./dom.js";
import { avatar } from "./people.js";
import { moveFocus } from "./roving.js";

const PADLOCK = "M7 11V8.5a5 5 0 0 1 10 0V11M5.5 11h13v9h-13z";

export function sidebarView(session, app) {
  const conversations = session.channels();
  const direct = conversations.filter(({ kind }) => kind === "im");
  const channels = conversations.filter(({ kind }) => kind !== "im");
  return h(
    "nav",
    {
      class: app.drawer ? "sidebar out" : "sidebar",
      key: "sidebar",
      "aria-label": "Workspace",
    },
    h(
      "button",
      { type: "button", class: "tool drawer-close", "aria-label": "Close", on: { click: app.closeDrawer } },
      "✕",
    ),
    h("p", { class: "workspace" }, session.state.workspace?.name ?? "Practice workspace"),
    otherWorkspaces(app),
    peopleSwitch(session, app.closeDrawer),
    h(
      "div",
      { class: "conversations" },
      list("Apps", [homeEntry(session, app)]),
      list(
        "Channels",
        channels.map((channel) => entry(channel, session, app)),
      ),
      list(
        "Direct messages",
        direct.map((channel) => entry(channel, session, app)),
      ),
    ),
    h("div", { class: "foot" }, h("p", { class: "status" }, appStatus(session)), panelButton(app)),
  );
}

/** The other workspaces, in which the same app is installed; nothing of this one is visible there. */
function otherWorkspaces({ otherWorkspaces: others }) {
  const way = ({ id, name }) => h("a", { key: id, href: `?team=${encodeURIComponent(id)}` }, name);
  return others.length ? h("p", { class: "other-workspaces" }, "Go to ", others.map(way)) : null;
}

/** The icon before a channel's name: # or, for a private one, a padlock. */
export function channelIcon({ kind }) {
  if (kind === "im") return null;
  if (kind !== "private") return h("span", { class: "channel-icon", "aria-hidden": "true" }, "#");
  const lock = h("path", { d: PADLOCK, fill: "none", stroke: "currentColor", "stroke-width": "2" });
  return h(
    "span",
    { class: "channel-icon", role: "img", "aria-label": "private" },
    h("svg", { viewBox: "0 0 24 24" }, lock),
  );
}

/** Native radio buttons, so that arrow keys move between people. */
export function peopleSwitch(session, onChange = () => {}) {
  const choice = (person) =>
    h(
      "label",
      {
        key: person.id,
        class: person.id === session.user ? "person selected" : "person",
        title: person.title,
      },
      h("input", {
        type: "radio",
        name: `person-${session.name}`,
        value: person.id,
        checked: person.id === session.user,
        on: {
          change: () => {
            session.switchUser(person.id);
            onChange();
          },
        },
      }),
      avatar(person, session, "small"),
      h("span", null, h("b", null, person.real_name), h("span", { class: "role" }, person.title)),
    );
  return h(
    "fieldset",
    { class: "people", key: "people" },
    h("legend", null, "You are"),
    session.people().map(choice),
  );
}

function list(name, entries) {
  if (!entries.length) return null;
  const walk = (event) => moveFocus(event, "button");
  return [
    h("h2", { key: `${name}-head` }, name),
    h("ul", { key: name, "aria-label": name, on: { keydown: walk } }, entries),
  ];
}

function entry(channel, session, app) {
  const here = session.page === "channel" && session.channel === channel.id;
  const unread = session.isUnread(channel);
  const go = () => {
    app.closeDrawer();
    session.openChannel(channel.id);
  };
  const name = session.channelName(channel.id);
  const icon =
    channel.kind === "im" ? avatar(session.person(session.bot), session, "tiny") : channelIcon(channel);
  return h(
    "li",
    { key: channel.id },
    h(
      "button",
      {
        type: "button",
        class: unread ? "conversation unread" : "conversation",
        "aria-current": here ? "page" : null,
        "data-channel": channel.id,
        on: { click: go },
      },
      icon,
      h("span", null, name),
      unread ? h("span", { class: "visually-hidden" }, ", unread") : null,
    ),
  );
}

function homeEntry(session, app) {
  const go = () => {
    app.closeDrawer();
    openHome(session);
  };
  return h(
    "li",
    { key: "home" },
    h(
      "button",
      {
        type: "button",
        class: "conversation",
        "aria-current": session.page === "home" ? "page" : null,
        on: { click: go },
      },
      avatar(session.person(session.bot), session, "tiny"),
      h("span", null, "Castroom home"),
    ),
  );
}

function appStatus(session) {
  const on = session.state.workspace?.connected;
  return [
    h("span", { class: on ? "indicator on" : "indicator" }),
    on ? "Castroom is running" : "Castroom is not running",
  ];
}

function panelButton(app) {
  return h(
    "button",
    {
      type: "button",
      id: "panel-button",
      class: "button",
      "aria-expanded": String(Boolean(app.panel)),
      on: { click: () => app.togglePanel() },
    },
    "Models and bill",
  );
}
