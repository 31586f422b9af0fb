/** The thread pane: the parent message, its replies, and a composer. */
import { h } from "./dom.js";
import { arrows } from "./channel.js";
import { composer } from "./composer.js";
import { messageView } from "./message.js";
import { stick } from "./scroll.js";

export function threadView(desk) {
  const { thread: ts, channel } = desk;
  if (!ts) return null;
  const parent = desk.sight.parent(channel, ts);
  const replies = [...desk.sight.replies(channel, ts), ...desk.sight.privateIn(channel, ts)]
    .filter((reply) => reply.ts !== ts)
    .sort((a, b) => (a.ts < b.ts ? -1 : 1));
  const keys = (event) => event.key === "Escape" && !event.defaultPrevented && desk.closeThread();
  const leave = (node) => node.parentElement.querySelector(`.middle [data-ts="${ts}"] .replies`)?.focus();
  return h(
    "aside",
    { class: "thread", key: `thread-${ts}`, "aria-label": "Thread", "data-thread": ts, on: { keydown: keys }, removed: leave },
    h(
      "header",
      { class: "channel-head" },
      h("h2", null, "Thread"),
      h("span", { class: "topic" }, `# ${desk.channelName(channel)}`),
      close(desk),
    ),
    h(
      "div",
      { class: "scroll", mounted: stick, on: { keydown: arrows } },
      h(
        "div",
        { class: "messages", role: "log", "aria-live": "polite" },
        parent ? messageView(parent, channel, desk, { inThread: true }) : null,
        h(
          "h3",
          { class: "day", key: "count" },
          h("span", null, replies.length === 1 ? "1 reply" : `${replies.length} replies`),
        ),
        replies.map((reply) => messageView(reply, channel, desk, { inThread: true })),
      ),
    ),
    composer(desk, { channel, thread: ts }),
  );
}

function close(desk) {
  return h(
    "button",
    {
      type: "button",
      class: "tool close",
      "aria-label": "Close the thread",
      on: { click: () => desk.closeThread() },
      mounted: (node) => node.focus(),
    },
    "✕",
  );
}
