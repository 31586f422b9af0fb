/** The workspace's state as one person sees it, kept current by live updates. Only displayed parts are fetched. */
import { state } from "./door.js";

const PAGE = 60;
const MOST = 400;
const RECENT = 100;

export class Sight {
  constructor(user) {
    this.user = user;
    this.workspace = null;
    this.people = new Map();
    this.channels = new Map();
    this.files = new Map();
    this.views = new Map();
    this.home = null;
    this.ephemerals = [];
    this.messages = new Map();
    this.threads = new Map();
    this.parents = new Map();
    this.more = new Map();
    this.most = MOST; // of one channel; the oldest go when new ones come, unless somebody asked for them
    this.names = {}; // a new object whenever a name, a channel or a file changed: views depend on it
    this.recent = []; // the last changes: those that came while an older state was under way are put in again
  }

  /** Fetches people and channels, and the newest messages of one channel. */
  async load(channel) {
    const seen = await state(this.user, channel ? { channel, limit: PAGE } : { limit: 1 });
    if (!seen.people) return false;
    this.workspace = seen.workspaces[0] ?? this.workspace;
    this.people = keyed(seen.people);
    this.channels = keyed(seen.channels);
    this.views = keyed(seen.views);
    this.home = seen.homes[this.user] ?? this.home;
    this.#take(seen);
    if (channel) this.#put(channel, seen);
    this.#again(seen.version);
    return true;
  }

  /** After a break: channels that were not watched are fetched again when they are displayed. */
  forgetAllBut(channel) {
    for (const known of [...this.messages.keys()]) if (known !== channel) this.messages.delete(known);
    this.threads.clear();
    this.parents.clear();
  }

  async loadOlder(channel) {
    const first = this.messages.get(channel)?.[0];
    if (!first) return;
    const seen = await state(this.user, { channel, limit: PAGE, before: first.ts });
    this.#take(seen);
    this.messages.set(channel, merged(seen.messages[channel] ?? [], this.messages.get(channel)));
    this.more.set(channel, Boolean(seen.more[channel]));
    this.most = Math.max(this.most, this.messages.get(channel).length + MOST);
    this.#again(seen.version);
  }

  async loadThread(channel, ts) {
    const seen = await state(this.user, { channel, thread: ts });
    this.#take(seen);
    this.threads.set(`${channel}/${ts}`, seen.threads?.[channel]?.[ts] ?? []);
    const parent = (seen.messages?.[channel] ?? []).find((message) => message.ts === ts);
    if (parent) this.parents.set(`${channel}/${ts}`, parent);
    this.#again(seen.version);
  }

  /** Applies changes; returns true if everything must be fetched again. */
  apply(version, changes) {
    this.recent = [...this.recent, { version, changes }].slice(-RECENT);
    for (const change of changes) {
      if (change.kind === "everything") return true;
      CHANGES[change.kind]?.(this, change);
    }
    return false;
  }

  replies(channel, ts) {
    return this.threads.get(`${channel}/${ts}`) ?? [];
  }

  parent(channel, ts) {
    return (
      this.messages.get(channel)?.find((message) => message.ts === ts) ?? this.parents.get(`${channel}/${ts}`)
    );
  }

  /** Ephemerals of one channel; those of a thread only while the thread is displayed. */
  privateIn(channel, thread) {
    return this.ephemerals.filter(
      (one) => one.channel === channel && (one.thread_ts ?? null) === (thread ?? null),
    );
  }

  #again(version) {
    for (const { version: later, changes } of this.recent)
      if (later > version) for (const change of changes) CHANGES[change.kind]?.(this, change);
  }

  #take(seen) {
    for (const [id, file] of Object.entries(seen.files ?? {})) this.files.set(id, file);
    this.names = {};
  }

  #put(channel, seen) {
    this.messages.set(channel, seen.messages[channel] ?? []);
    this.more.set(channel, Boolean(seen.more[channel]));
    const others = this.ephemerals.filter((one) => one.channel !== channel);
    this.ephemerals = [...others, ...seen.ephemerals.filter((one) => one.channel === channel)];
    for (const [ts, replies] of Object.entries(seen.threads?.[channel] ?? {})) {
      const known = this.threads.get(`${channel}/${ts}`);
      if (known) this.threads.set(`${channel}/${ts}`, merged(known, replies));
    }
  }
}

const CHANGES = {
  workspace: (sight, { value }) => {
    sight.workspace = { ...sight.workspace, ...value };
  },
  person: (sight, { id, value }) => {
    sight.people.set(id, value);
    sight.names = {};
  },
  channel: (sight, { id, value }) => {
    if (value) sight.channels.set(id, value);
    else sight.channels.delete(id);
    sight.names = {};
  },
  file: (sight, { id, value }) => {
    if (value) sight.files.set(id, value);
    else sight.files.delete(id);
    sight.names = {};
  },
  view: (sight, { id, value }) => {
    if (value) sight.views.set(id, value);
    else sight.views.delete(id);
  },
  home: (sight, { id, value }) => {
    if (id === sight.user) sight.home = value;
  },
  ephemeral: (sight, { ts, value }) => {
    const others = sight.ephemerals.filter((one) => one.ts !== ts);
    sight.ephemerals = value ? [...others, value].sort(byTs) : others;
  },
  message,
};

function message(sight, { channel, ts, thread_ts: thread, value }) {
  if (thread && thread !== ts) {
    const name = `${channel}/${thread}`;
    if (sight.threads.has(name)) sight.threads.set(name, replaced(sight.threads.get(name), ts, value));
    return;
  }
  const place = sight.channels.get(channel);
  if (place && value && ts > (place.latest ?? "")) sight.channels.set(channel, { ...place, latest: ts });
  if (!sight.messages.has(channel) || isFurtherUp(sight, channel, ts)) return;
  const now = replaced(sight.messages.get(channel), ts, value);
  if (now.length > sight.most) sight.more.set(channel, true);
  sight.messages.set(channel, now.slice(-sight.most));
}

/** Whether the message is older than everything fetched: it would leave a gap. */
function isFurtherUp(sight, channel, ts) {
  return sight.more.get(channel) && ts < (sight.messages.get(channel)[0]?.ts ?? "");
}

/** Returns the list with that message replaced, removed or inserted; others stay the same objects. */
function replaced(list, ts, value) {
  const at = list.findIndex((one) => one.ts === ts);
  if (at >= 0) return value ? list.with(at, value) : list.toSpliced(at, 1);
  if (!value) return list;
  const after = list.findLastIndex((one) => one.ts < ts);
  return list.toSpliced(after + 1, 0, value);
}

function merged(...lists) {
  return [...keyedBy("ts", lists.flat()).values()].sort(byTs);
}

function byTs(a, b) {
  return a.ts < b.ts ? -1 : 1;
}

function keyed(list) {
  return keyedBy("id", list);
}

function keyedBy(name, list) {
  return new Map(list.map((one) => [one[name], one]));
}
