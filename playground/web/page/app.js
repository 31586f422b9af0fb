/** The page: one session, or two side by side, under a status strip. */
import { h, patch } from "./dom.js";
import { channelView } from "./channel.js";
import { Desk, seated } from "./desk.js";
import { ask } from "./door.js";
import { keepFocus } from "./focus.js";
import { homeView } from "./home.js";
import { recall, store } from "./memory.js";
import { confirmView, modalView } from "./modal.js";
import { Panel, panelView } from "./panel.js";
import { peopleSwitch, sidebarView } from "./sidebar.js";
import { LIGHTS, stripView } from "./strip.js";
import { threadView } from "./thread.js";
import { viewerView } from "./viewer.js";

const root = document.getElementById("page");
const shell = {
  desk: null,
  second: null,
  panel: null,
  drawer: false,
  light: recall("light") ?? "auto",
  elsewhere: [],
  closeDrawer,
  toggleDrawer: () => set({ drawer: !shell.drawer }),
  togglePanel,
  toggleSecond,
  turnLight,
};

showLight();
const { people = [], workspaces = [] } = await ask("state?limit=1");
const query = new URLSearchParams(location.search);
const team = query.get("team") ?? workspaces[0]?.id; // `?team=` shows another workspace than the first
// A bot without a token of the other workspace would not answer there.
shell.elsewhere = workspaces.filter(({ id, connected, served }) => id !== team && (served || !connected));
const humans = seated(people.filter((person) => person.team === team)).map(({ id }) => id);
const asked = query.get("as");
shell.desk = new Desk(
  "first",
  [asked, recall("user"), ...humans].find((id) => humans.includes(id)),
  draw,
);
if (recall("second") === "yes") addSecond();
document.addEventListener("visibilitychange", draw);
document.addEventListener("keydown", (event) => event.key === "Escape" && closeDrawer());

function set(change) {
  Object.assign(shell, change);
  draw();
}

function draw() {
  const { desk } = shell;
  if (!desk) return;
  store("user", desk.user);
  if (!document.hidden && desk.page === "channel" && desk.channel) desk.read(desk.channel);
  followFirst();
  keepFocus(() => patch(root, pageViews(desk)));
  const where = desk.page === "home" ? "Castroom" : desk.channelName(desk.channel, "Castroom");
  document.title = `${where} · practice workspace`;
}

function pageViews(desk) {
  return [
    stripView(shell),
    h("div", { class: shell.second ? "desks two" : "desks", key: "desks" }, [
      sidebarView(desk, shell),
      shell.drawer ? shade() : null,
      h("main", { class: "desk", key: "first", "aria-label": seatName(desk) }, deskViews(desk)),
      secondView(),
      panelView(shell.panel),
    ]),
    h("div", { key: "over" }, [desk, shell.second].filter(Boolean).map(overViews)),
  ];
}

/** On a narrow window, a tap beside the drawer closes it. */
function shade() {
  return h("div", { class: "drawer-shade", key: "shade", on: { click: closeDrawer } });
}

function closeDrawer() {
  if (!shell.drawer) return;
  set({ drawer: false });
  queueMicrotask(() => document.querySelector(".drawer-button").focus());
}

function deskViews(desk) {
  return [
    desk.page === "home" ? homeView(desk) : channelView(desk),
    desk.page === "home" ? null : threadView(desk),
  ];
}

function overViews(desk) {
  return h("div", { key: desk.name }, modalView(desk), confirmView(desk), viewerView(desk));
}

function secondView() {
  if (!shell.second) return null;
  const views = shell.second.sight.channels.has(shell.desk.channel)
    ? deskViews(shell.second)
    : elsewhere(shell.second);
  return h(
    "section",
    { class: "desk second", key: "second", "aria-label": seatName(shell.second) },
    h("div", { class: "second-head", key: "seats" }, peopleSwitch(shell.second)),
    views,
  );
}

function elsewhere(desk) {
  return h(
    "p",
    { class: "empty", key: "elsewhere" },
    `${desk.personName(desk.user)} is not in this channel.`,
  );
}

function seatName(desk) {
  return `As ${desk.personName(desk.user)}`;
}

function togglePanel() {
  shell.panel?.stop();
  set({ drawer: false, panel: shell.panel ? null : new Panel(draw, togglePanel) });
}

function toggleSecond() {
  if (shell.second) {
    shell.second.hangUp();
    shell.second = null;
  } else addSecond();
  store("second", shell.second ? "yes" : "no");
  draw();
}

function addSecond() {
  shell.second = new Desk(
    "second",
    humans.find((id) => id !== shell.desk.user),
    draw,
  );
}

/** The second session opens the channel of the first. */
function followFirst() {
  const { desk, second } = shell;
  if (second?.channel && desk.channel && second.channel !== desk.channel) second.go(desk.channel);
}

function turnLight() {
  const names = Object.keys(LIGHTS);
  shell.light = names[(names.indexOf(shell.light) + 1) % names.length];
  store("light", shell.light);
  showLight();
  draw();
}

function showLight() {
  document.documentElement.dataset.light = shell.light;
}
