/**
 * One person's session: what they see (Sight), and what is open on the page.
 * Views read it; every change calls `draw()`, which is coalesced. Actions are in deeds.js.
 */
import { live } from "./door.js";
import { recall, store } from "./memory.js";
import { Sight } from "./state.js";

export class Desk {
  constructor(name, user, onDraw) {
    this.name = name;
    this.onDraw = onDraw;
    this.sent = [];
    this.sit(user);
  }

  /** Switches to another person; drafts and open views of the previous one are discarded. */
  sit(user) {
    this.hangUp?.();
    this.lines = user === this.user ? this.lines : new Map();
    this.user = user;
    this.sight = new Sight(user);
    this.wanted = this.channel ?? recall(`channel/${user}`);
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
    this.picking = null;
    this.hangUp = live(user, {
      onOpen: () => this.#arrive(),
      onBreak: () => this.set({ connected: false }),
      onChange: (version, changes) => this.#changed(version, changes),
    });
  }

  /** At the start, after a break and after a reset: fetches what is displayed, and drops the rest. */
  async #arrive() {
    const { sight } = this;
    this.connected = true;
    if (!this.channel) {
      await sight.load(null);
      if (sight !== this.sight) return; // somebody else sat down meanwhile
      this.#startReading();
      this.channel = this.#firstChannel();
    }
    sight.forgetAllBut(this.channel);
    if (this.channel) await sight.load(this.channel);
    if (this.thread) await sight.loadThread(this.channel, this.thread);
    this.draw();
  }

  #changed(version, changes) {
    if (this.sight.apply(version, changes)) this.sit(this.user);
    this.draw();
  }

  /** Messages from before the first visit count as read. */
  #startReading() {
    for (const { id } of this.channels()) if (recall(`seen/${this.user}/${id}`) === null) this.read(id);
  }

  #firstChannel() {
    if (this.sight.channels.has(this.wanted)) return this.wanted;
    const bot = this.sight.workspace?.bot;
    const places = this.channels();
    return (
      (places.find(({ members, kind }) => kind !== "im" && members.includes(bot)) ?? places[0])?.id ?? null
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
    return this.sight.people.get(this.user)?.tz ?? "UTC";
  }

  get bot() {
    return this.sight.workspace?.bot;
  }

  person(id) {
    return this.sight.people.get(id) ?? { id, name: id, real_name: id, is_bot: true };
  }

  personName(id) {
    return this.person(id).real_name;
  }

  people() {
    return seated([...this.sight.people.values()]);
  }

  channels() {
    return [...this.sight.channels.values()].filter((place) => !place.is_archived);
  }

  channelName(id, fallback) {
    const place = this.sight.channels.get(id);
    if (place?.kind === "im") return this.personName(this.bot);
    return place?.name ?? fallback ?? "private channel";
  }

  file(id) {
    return this.sight.files.get(id);
  }

  isUnread({ id, latest }) {
    return id !== this.channel && (latest ?? "") > (recall(`seen/${this.user}/${id}`) ?? "");
  }

  isOpen(key) {
    return this.opened.has(key);
  }

  toggle(key) {
    if (!this.opened.delete(key)) this.opened.add(key);
    this.draw();
  }

  /** The session's state of one message as a string to compare: a redraw is due when it differs. */
  marks(owner) {
    const own = (key) => key.startsWith(`${owner}/`);
    const values = [...this.values].filter(([key]) => own(key));
    const keys = [...this.working, ...this.opened].filter(own);
    return JSON.stringify([keys, values, this.notes.get(owner), this.picking === owner]);
  }

  // Actions on the page.

  async go(channel) {
    if (!this.sight.channels.has(channel)) return;
    this.set({ channel, page: "channel", thread: null });
    store(`channel/${this.user}`, channel);
    if (!this.sight.messages.has(channel)) await this.sight.load(channel);
    this.draw();
  }

  /** Scrolls to a message, if it is among those displayed. */
  async goTo(channel, ts) {
    await this.go(channel);
    queueMicrotask(() => {
      const message = document.querySelector(`[data-ts="${ts}"]`);
      message?.scrollIntoView({ block: "center" });
      message?.focus();
    });
  }

  async openThread(ts) {
    this.set({ thread: ts });
    await this.sight.loadThread(this.channel, ts);
    this.draw();
  }

  closeThread() {
    this.set({ thread: null });
  }

  async older() {
    await this.sight.loadOlder(this.channel);
    this.draw();
  }

  look(pictures, at) {
    this.set({ viewer: { pictures, at } });
  }

  closeViewer() {
    this.set({ viewer: null });
  }

  /** Puts text into that composer, ready to send. */
  fill(key, text) {
    const blank = { at: 0, past: 0, hidden: true, problem: null, sending: 0 };
    this.lines.set(key, { ...blank, text });
    this.draw();
    queueMicrotask(() => document.getElementById(`line-${this.name}-channel`)?.focus());
  }

  pick(ts) {
    this.set({ picking: this.picking === ts ? null : ts });
  }

  read(channel) {
    const latest = this.sight.channels.get(channel)?.latest ?? "0";
    store(`seen/${this.user}/${channel}`, latest);
  }
}

/** The people one can act as; the casting lead is first. */
export function seated(people) {
  const real = people.filter(({ id, is_bot: bot, deleted }) => !bot && !deleted && id !== SLACKBOT);
  return real.sort((a, b) => (b.title === "Casting lead") - (a.title === "Casting lead"));
}

const SLACKBOT = "USLACKBOT";
