/** The workspace's state as one person sees it, kept current by live updates. Only displayed parts are fetched. */
import { fetchState } from "./api.js";

const PAGE_SIZE = 60;
const MAX_MESSAGES = 400;
const MAX_RECENT = 100;

export class WorkspaceState {
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
    this.hasMore = new Map();
    this.maxMessages = MAX_MESSAGES; // of one channel; the oldest go when new ones come, unless the reader asked for them
    this.names = {}; // a new object whenever a name, a channel or a file changed: views depend on it
    this.recent = []; // the last changes: those that came while an older state was under way are put in again
  }

  /** Fetches people and channels, and the newest messages of one channel. */
  async load(channel) {
    const response = await fetchState(this.user, channel ? { channel, limit: PAGE_SIZE } : { limit: 1 });
    if (!response.people) return false;
    this.workspace = response.workspaces[0] ?? this.workspace;
    this.people = keyed(response.people);
    this.channels = keyed(response.channels);
    this.views = keyed(response.views);
    this.home = response.homes[this.user] ?? this.home;
    this.#addFiles(response);
    if (channel) this.#setMessages(channel, response);
    this.#replay(response.version);
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
    const response = await fetchState(this.user, { channel, limit: PAGE_SIZE, before: first.ts });
    this.#addFiles(response);
    this.messages.set(channel, merged(response.messages[channel] ?? [], this.messages.get(channel)));
    this.hasMore.set(channel, Boolean(response.more[channel]));
    this.maxMessages = Math.max(this.maxMessages, this.messages.get(channel).length + MAX_MESSAGES);
    this.#replay(response.version);
  }

  async loadThread(channel, ts) {
    const response = await fetchState(this.user, { channel, thread: ts });
    this.#addFiles(response);
    this.threads.set(`${channel}/${ts}`, response.threads?.[channel]?.[ts] ?? []);
    const parent = (response.messages?.[channel] ?? []).find((message) => message.ts === ts);
    if (parent) this.parents.set(`${channel}/${ts}`, parent);
    this.#replay(response.version);
  }

  /** Applies changes; returns true if everything must be fetched again. */
  apply(version, changes) {
    this.recent = [...this.recent, { version, changes }].slice(-MAX_RECENT);
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
  ephemeralsIn(channel, thread) {
    return this.ephemerals.filter(
      (one) => one.channel === channel && (one.thread_ts ?? null) === (thread ?? null),
    );
  }

  #replay(version) {
    for (const { version: later, changes } of this.recent)
      if (later > version) for (const change of changes) CHANGES[change.kind]?.(this, change);
  }

  #addFiles(response) {
    for (const [id, file] of Object.entries(response.files ?? {})) this.files.set(id, file);
    this.names = {};
  }

  #setMessages(channel, response) {
    this.messages.set(channel, response.messages[channel] ?? []);
    this.hasMore.set(channel, Boolean(response.more[channel]));
    const others = this.ephemerals.filter((one) => one.channel !== channel);
    this.ephemerals = [...others, ...response.ephemerals.filter((one) => one.channel === channel)];
    for (const [ts, replies] of Object.entries(response.threads?.[channel] ?? {})) {
      const known = this.threads.get(`${channel}/${ts}`);
      if (known) this.threads.set(`${channel}/${ts}`, merged(known, replies));
    }
  }
}

const CHANGES = {
  workspace: (state, { value }) => {
    state.workspace = { ...state.workspace, ...value };
  },
  person: (state, { id, value }) => {
    state.people.set(id, value);
    state.names = {};
  },
  channel: (state, { id, value }) => {
    if (value) state.channels.set(id, value);
    else state.channels.delete(id);
    state.names = {};
  },
  file: (state, { id, value }) => {
    if (value) state.files.set(id, value);
    else state.files.delete(id);
    state.names = {};
  },
  view: (state, { id, value }) => {
    if (value) state.views.set(id, value);
    else state.views.delete(id);
  },
  home: (state, { id, value }) => {
    if (id === state.user) state.home = value;
  },
  ephemeral: (state, { ts, value }) => {
    const others = state.ephemerals.filter((one) => one.ts !== ts);
    state.ephemerals = value ? [...others, value].sort(byTs) : others;
  },
  message,
};

function message(state, { channel, ts, thread_ts: thread, value }) {
  if (thread && thread !== ts) {
    const name = `${channel}/${thread}`;
    if (state.threads.has(name)) state.threads.set(name, replaced(state.threads.get(name), ts, value));
    return;
  }
  const known = state.channels.get(channel);
  if (known && value && ts > (known.latest ?? "")) state.channels.set(channel, { ...known, latest: ts });
  if (!state.messages.has(channel) || isOlderThanLoaded(state, channel, ts)) return;
  const now = replaced(state.messages.get(channel), ts, value);
  if (now.length > state.maxMessages) state.hasMore.set(channel, true);
  state.messages.set(channel, now.slice(-state.maxMessages));
}

/** Whether the message is older than everything fetched: it would leave a gap. */
function isOlderThanLoaded(state, channel, ts) {
  return state.hasMore.get(channel) && ts < (state.messages.get(channel)[0]?.ts ?? "");
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
