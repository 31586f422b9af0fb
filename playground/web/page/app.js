/** The page: one session, or two side by side, under a status strip. */
import { h, patch } from "./dom.js";
import { channelView } from "./channel.js";
import { Session, selectablePeople } from "./session.js";
import { request } from "./api.js";
import { keepFocus } from "./focus.js";
import { homeView } from "./home.js";
import { readStored, writeStored } from "./storage.js";
import { confirmView, modalView } from "./modal.js";
import { Panel, panelView } from "./panel.js";
import { peopleSwitch, sidebarView } from "./sidebar.js";
import { THEMES, statusBarView } from "./status_bar.js";
import { threadView } from "./thread.js";
import { viewerView } from "./viewer.js";

const root = document.getElementById("page");
const app = {
  session: null,
  second: null,
  panel: null,
  drawer: false,
  theme: readStored("theme") ?? "auto",
  otherWorkspaces: [],
  closeDrawer,
  toggleDrawer: () => set({ drawer: !app.drawer }),
  togglePanel,
  toggleSecond,
  nextTheme,
};

applyTheme();
const { people = [], workspaces = [] } = await request("state?limit=1");
const query = new URLSearchParams(location.search);
const team = query.get("team") ?? workspaces[0]?.id; // `?team=` shows another workspace than the first
// A bot without a token of the other workspace would not answer there.
app.otherWorkspaces = workspaces.filter(({ id, connected, served }) => id !== team && (served || !connected));
const humans = selectablePeople(people.filter((person) => person.team === team)).map(({ id }) => id);
const requested = query.get("as");
app.session = new Session(
  "first",
  [requested, readStored("user"), ...humans].find((id) => humans.includes(id)),
  draw,
);
if (readStored("second") === "yes") addSecond();
document.addEventListener("visibilitychange", draw);
document.addEventListener("keydown", (event) => event.key === "Escape" && closeDrawer());

function set(change) {
  Object.assign(app, change);
  draw();
}

function draw() {
  const { session } = app;
  if (!session) return;
  writeStored("user", session.user);
  if (!document.hidden && session.page === "channel" && session.channel) session.markRead(session.channel);
  followFirst();
  keepFocus(() => patch(root, pageViews(session)));
  const where = session.page === "home" ? "Castroom" : session.channelName(session.channel, "Castroom");
  document.title = `${where} · practice workspace`;
}

function pageViews(session) {
  return [
    statusBarView(app),
    h("div", { class: app.second ? "sessions two" : "sessions", key: "sessions" }, [
      sidebarView(session, app),
      app.drawer ? backdrop() : null,
      h(
        "main",
        { class: "session", key: "first", "aria-label": personLabel(session) },
        sessionViews(session),
      ),
      secondView(),
      panelView(app.panel),
    ]),
    h("div", { key: "over" }, [session, app.second].filter(Boolean).map(overViews)),
  ];
}

/** On a narrow window, a tap beside the drawer closes it. */
function backdrop() {
  return h("div", { class: "drawer-backdrop", key: "backdrop", on: { click: closeDrawer } });
}

function closeDrawer() {
  if (!app.drawer) return;
  set({ drawer: false });
  queueMicrotask(() => document.querySelector(".drawer-button").focus());
}

function sessionViews(session) {
  return [
    session.page === "home" ? homeView(session) : channelView(session),
    session.page === "home" ? null : threadView(session),
  ];
}

function overViews(session) {
  return h("div", { key: session.name }, modalView(session), confirmView(session), viewerView(session));
}

function secondView() {
  if (!app.second) return null;
  const views = app.second.state.channels.has(app.session.channel)
    ? sessionViews(app.second)
    : notInChannel(app.second);
  return h(
    "section",
    { class: "session second", key: "second", "aria-label": personLabel(app.second) },
    h("div", { class: "second-head", key: "people" }, peopleSwitch(app.second)),
    views,
  );
}

function notInChannel(session) {
  return h(
    "p",
    { class: "empty", key: "not-in-channel" },
    `${session.personName(session.user)} is not in this channel.`,
  );
}

function personLabel(session) {
  return `As ${session.personName(session.user)}`;
}

function togglePanel() {
  app.panel?.stop();
  set({ drawer: false, panel: app.panel ? null : new Panel(draw, togglePanel) });
}

function toggleSecond() {
  if (app.second) {
    app.second.disconnect();
    app.second = null;
  } else addSecond();
  writeStored("second", app.second ? "yes" : "no");
  draw();
}

function addSecond() {
  app.second = new Session(
    "second",
    humans.find((id) => id !== app.session.user),
    draw,
  );
}

/** The second session opens the channel of the first. */
function followFirst() {
  const { session, second } = app;
  if (second?.channel && session.channel && second.channel !== session.channel)
    second.openChannel(session.channel);
}

function nextTheme() {
  const names = Object.keys(THEMES);
  app.theme = names[(names.indexOf(app.theme) + 1) % names.length];
  writeStored("theme", app.theme);
  applyTheme();
  draw();
}

function applyTheme() {
  document.documentElement.dataset.theme = app.theme;
}
