/**
 * One person's session: what they see (WorkspaceState), and what is open on the page.
 * Views read it; every change calls `draw()`, which is coalesced. Actions are in actions.js.
 */
import { subscribe } from "./api.js";
import { readStored, writeStored } from "./storage.js";
import { WorkspaceState } from "./state.js";

export class Session {
  constructor(name, user, onDraw) {
    this.name = name;
    this.onDraw = onDraw;
    this.sent = [];
    this.switchUser(user);
  }

  /** Switches to another person; drafts and open views of the previous one are discarded. */
  switchUser(user) {
    this.disconnect?.();
    this.drafts = user === this.user ? this.drafts : new Map();
    this.user = user;
    this.state = new WorkspaceState(user);
    this.wantedChannel = this.channel ?? readStored(`channel/${user}`);
    this.channel = null;
    this.page = "channel"; // or "home"
    this.thread = null;
    this.connected = false;
    this.working = new Set();
    this.notes = new Map();
    this.opened = new Set();
    this.values = new Map();
    this.menus = new Map(); // what is typed into menus that ask the app, and what it offers
    this.errors = new Map();
    this.confirming = null;
    this.viewer = null;
    this.pickerFor = null;
    this.disconnect = subscribe(user, {
      onOpen: () => this.#load(),
      onBreak: () => this.set({ connected: false }),
      onChange: (version, changes) => this.#changed(version, changes),
    });
  }

  /** At the start, after a break and after a reset: fetches what is displayed, and drops the rest. */
  async #load() {
    const { state } = this;
    this.connected = true;
    if (!this.channel) {
      await state.load(null);
      if (state !== this.state) return; // the user switched to another person meanwhile
      this.#startReading();
      this.channel = this.#firstChannel();
    }
    state.forgetAllBut(this.channel);
    if (this.channel) await state.load(this.channel);
    if (this.thread) await state.loadThread(this.channel, this.thread);
    this.draw();
  }

  #changed(version, changes) {
    if (this.state.apply(version, changes)) this.switchUser(this.user);
    this.draw();
  }

  /** Messages from before the first visit count as read. */
  #startReading() {
    for (const { id } of this.channels())
      if (readStored(`seen/${this.user}/${id}`) === null) this.markRead(id);
  }

  #firstChannel() {
    if (this.state.channels.has(this.wantedChannel)) return this.wantedChannel;
    const bot = this.state.workspace?.bot;
    const channels = this.channels();
    return (
      (channels.find(({ members, kind }) => kind !== "im" && members.includes(bot)) ?? channels[0])?.id ??
      null
    );
  }

  set(change) {
    Object.assign(this, change);
    this.draw();
  }

  draw() {
    if (this.waiting) return;
    this.waiting = true;
    queueMicrotask(() => {
      this.waiting = false;
      this.onDraw(this);
    });
  }

  // Queries of views.

  /** The reader's time zone. */
  get zone() {
    return this.state.people.get(this.user)?.tz ?? "UTC";
  }

  get bot() {
    return this.state.workspace?.bot;
  }

  person(id) {
    return this.state.people.get(id) ?? { id, name: id, real_name: id, is_bot: true };
  }

  personName(id) {
    return this.person(id).real_name;
  }

  people() {
    return selectablePeople([...this.state.people.values()]);
  }

  channels() {
    return [...this.state.channels.values()].filter((channel) => !channel.is_archived);
  }

  channelName(id, fallback) {
    const channel = this.state.channels.get(id);
    if (channel?.kind === "im") return this.personName(this.bot);
    return channel?.name ?? fallback ?? "private channel";
  }

  file(id) {
    return this.state.files.get(id);
  }

  isUnread({ id, latest }) {
    return id !== this.channel && (latest ?? "") > (readStored(`seen/${this.user}/${id}`) ?? "");
  }

  isOpen(key) {
    return this.opened.has(key);
  }

  toggle(key) {
    if (!this.opened.delete(key)) this.opened.add(key);
    this.draw();
  }

  /** The session's state of one message as a string to compare: a redraw is due when it differs. */
  renderKey(owner) {
    const own = (key) => key.startsWith(`${owner}/`);
    const values = [...this.values].filter(([key]) => own(key));
    const keys = [...this.working, ...this.opened].filter(own);
    return JSON.stringify([keys, values, this.notes.get(owner), this.pickerFor === owner]);
  }

  // Actions on the page.

  async openChannel(channel) {
    if (!this.state.channels.has(channel)) return;
    this.set({ channel, page: "channel", thread: null });
    writeStored(`channel/${this.user}`, channel);
    if (!this.state.messages.has(channel)) await this.state.load(channel);
    this.draw();
  }

  /** Scrolls to a message, if it is among those displayed. */
  async openMessage(channel, ts) {
    await this.openChannel(channel);
    queueMicrotask(() => {
      const message = document.querySelector(`[data-ts="${ts}"]`);
      message?.scrollIntoView({ block: "center" });
      message?.focus();
    });
  }

  async openThread(ts) {
    this.set({ thread: ts });
    await this.state.loadThread(this.channel, ts);
    this.draw();
  }

  closeThread() {
    this.set({ thread: null });
  }

  async loadOlder() {
    await this.state.loadOlder(this.channel);
    this.draw();
  }

  openViewer(pictures, at) {
    this.set({ viewer: { pictures, at } });
  }

  closeViewer() {
    this.set({ viewer: null });
  }

  /** Puts text into that composer, ready to send. */
  fillComposer(key, text) {
    const blank = { at: 0, past: 0, hidden: true, problem: null, sending: 0 };
    this.drafts.set(key, { ...blank, text });
    this.draw();
    queueMicrotask(() => document.getElementById(`line-${this.name}-channel`)?.focus());
  }

  togglePicker(ts) {
    this.set({ pickerFor: this.pickerFor === ts ? null : ts });
  }

  markRead(channel) {
    const latest = this.state.channels.get(channel)?.latest ?? "0";
    writeStored(`seen/${this.user}/${channel}`, latest);
  }
}

/** The people one can act as; the casting lead is first. */
export function selectablePeople(people) {
  const real = people.filter(({ id, is_bot: bot, deleted }) => !bot && !deleted && id !== SLACKBOT);
  return real.sort((a, b) => (b.title === "Casting lead") - (a.title === "Casting lead"));
}

const SLACKBOT = "USLACKBOT";
