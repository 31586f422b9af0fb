/** People: initials on a colour, the app's icon, names. */
import { h } from "./dom.js";

const COLOURS = ["#2f6f8f", "#8a5a2b", "#7a4b7d", "#3f7355", "#a0483f", "#4f5f9a", "#7d6a1f", "#5c6670"];
const PROFILE =
  "M9 4.5c3.6-.9 7.2 1.2 7.5 4.8l1.4 2.6-1.5.7v2.3c0 1.1-.8 1.6-2.7 1.3v3.3H7.5v-4.2C4.5 12.6 4.9 5.6 9 4.5z";

export function avatar(person, session, style = "") {
  if (person.id === session.bot) return appIcon(style);
  return h(
    "span",
    { class: `avatar ${style}`, style: { background: colour(person.id) }, "aria-hidden": "true" },
    initials(person.real_name),
  );
}

/** Returns the same colour for the same person (FNV-1a, so that similar ids differ). */
function colour(id) {
  const mixed = [...id].reduce(
    (sum, letter) => Math.imul(sum ^ letter.codePointAt(0), 16777619) >>> 0,
    2166136261,
  );
  return COLOURS[mixed % COLOURS.length];
}

function appIcon(style) {
  const face = h("svg", { viewBox: "0 0 24 24" }, h("path", { d: PROFILE, fill: "currentColor" }));
  return h("span", { class: `avatar app ${style}`, "aria-hidden": "true" }, face);
}

function initials(name) {
  const words = name.trim().split(/\s+/);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return letters.map((word) => [...word][0]?.toUpperCase() ?? "").join("");
}
