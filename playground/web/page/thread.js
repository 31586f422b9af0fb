/** The thread pane: the parent message, its replies, and a composer. */
import { h } from "./dom.js";
import { arrows } from "./channel.js";
import { composer } from "./composer.js";
import { messageView } from "./message.js";
import { stick } from "./scroll.js";

export function threadView(session) {
  const { thread: ts, channel } = session;
  if (!ts) return null;
  const parent = session.state.parent(channel, ts);
  const replies = [...session.state.replies(channel, ts), ...session.state.ephemeralsIn(channel, ts)]
    .filter((reply) => reply.ts !== ts)
    .sort((a, b) => (a.ts < b.ts ? -1 : 1));
  const keys = (event) => event.key === "Escape" && !event.defaultPrevented && session.closeThread();
  const leave = (node) => node.parentElement.querySelector(`.middle [data-ts="${ts}"] .replies`)?.focus();
  return h(
    "aside",
    {
      class: "thread",
      key: `thread-${ts}`,
      "aria-label": "Thread",
      "data-thread": ts,
      on: { keydown: keys },
      removed: leave,
    },
    h(
      "header",
      { class: "channel-head" },
      h("h2", null, "Thread"),
      h("span", { class: "topic" }, `# ${session.channelName(channel)}`),
      close(session),
    ),
    h(
      "div",
      { class: "scroll", mounted: stick, on: { keydown: arrows } },
      h(
        "div",
        { class: "messages", role: "log", "aria-live": "polite" },
        parent ? messageView(parent, channel, session, { inThread: true }) : null,
        h(
          "h3",
          { class: "day", key: "count" },
          h("span", null, replies.length === 1 ? "1 reply" : `${replies.length} replies`),
        ),
        replies.map((reply) => messageView(reply, channel, session, { inThread: true })),
      ),
    ),
    composer(session, { channel, thread: ts }),
  );
}

function close(session) {
  return h(
    "button",
    {
      type: "button",
      class: "tool close",
      "aria-label": "Close the thread",
      on: { click: () => session.closeThread() },
      mounted: (node) => node.focus(),
    },
    "✕",
  );
}
