/**
 * Emoji by Slack's names. The numbers and a few others are drawn here, so that they look the same on every
 * machine, even without an emoji font; the rest are characters.
 */
import { h } from "./dom.js";

const NUMBERS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
const ALIASES = {
  thumbsup: "+1",
  "thumbs-up": "+1",
  thumbsdown: "-1",
  heavy_check_mark: "white_check_mark",
  hourglass: "hourglass_flowing_sand",
  movie_camera: "clapper",
  keycap_ten: "ten",
};
const THUMB =
  "M7 11v9H3.5v-9zM8.5 11l3.4-7.6c1.7 0 2.7 1.2 2.4 2.9L13.8 9H19c1.3 0 2.2 1.2 1.9 2.5l-1.5 6.8c-.2 1-1.1 1.7-2.1 1.7H8.5z";
const STAR = "M12 2.6l2.9 6 6.5.9-4.7 4.6 1.1 6.5-5.8-3.1-5.8 3.1 1.1-6.5L2.6 9.5l6.5-.9z";
const HEART =
  "M12 20.5C5 15.6 2.8 12 2.8 8.7 2.8 6 4.9 4 7.4 4c1.9 0 3.6 1.1 4.6 2.8C13 5.1 14.7 4 16.6 4c2.5 0 4.6 2 4.6 4.7 0 3.3-2.2 6.9-9.2 11.8z";
/** Shapes of 24 by 24: path, fill, outline. */
const DRAWN = {
  "+1": [[THUMB, "#f2b632"]],
  "-1": [[THUMB, "#f2b632"]],
  heart: [[HEART, "#d7364a"]],
  star: [[STAR, "#f2b632"]],
  eyes: [
    [
      "M7 5c2.6 0 4 3 4 7s-1.4 7-4 7-4-3-4-7 1.4-7 4-7zM17 5c2.6 0 4 3 4 7s-1.4 7-4 7-4-3-4-7 1.4-7 4-7z",
      "#f4f4f2",
      "#8b949c",
    ],
    ["M8.3 9.5a2.5 2.5 0 110 5 2.5 2.5 0 010-5zM18.3 9.5a2.5 2.5 0 110 5 2.5 2.5 0 010-5z", "#3a3a3a"],
  ],
  white_check_mark: [
    ["M4 3h16v18H4z", "#3f9d5c"],
    ["M10.3 16.8l-4-4 1.6-1.6 2.4 2.4 5.8-6 1.6 1.6z", "#fff"],
  ],
  x: [["M5.5 3.5L12 10l6.5-6.5 2 2L14 12l6.5 6.5-2 2L12 14l-6.5 6.5-2-2L10 12 3.5 5.5z", "#d7364a"]],
  fire: [
    [
      "M12 2c1 4 6.5 6 6.5 12A6.5 6.5 0 015.5 14c0-3 1.8-4.5 2.5-6.5 1 .8 1.5 1.7 1.7 2.8C11 8 12.5 5.5 12 2z",
      "#e8622c",
    ],
    [
      "M12.3 11c.6 2.5 3 3.3 3 6a3.3 3.3 0 01-6.6 0c0-1.7 1-2.4 1.4-3.6.7.5 1 1 1.1 1.6.700-1 1.2-2.3 1.1-4z",
      "#f8c04a",
    ],
  ],
  lock: [
    ["M7 10V8a5 5 0 0110 0v2h-2.2V8a2.8 2.8 0 00-5.6 0v2z", "#8b949c"],
    ["M5 10h14v11H5z", "#e0a531"],
  ],
  warning: [
    ["M12 3l10 18H2z", "#f2b632"],
    ["M11 9h2v6h-2zM11 16.5h2v2h-2z", "#3a3a3a"],
  ],
  hourglass_flowing_sand: [
    ["M6 2h12v3l-4.5 7 4.5 7v3H6v-3l4.5-7L6 5z", "#9fb4c0"],
    ["M9 19l3-4 3 4v1H9zM9.5 7h5L12 11z", "#e0a531"],
  ],
  clapper: [
    ["M3 10h18v11H3z", "#4a4f55"],
    ["M3 8.5L20 4l.8 3L4 11z", "#c9ced2"],
  ],
  tada: [
    ["M3 21l5-13 8 8z", "#e0a531"],
    ["M13 3h2v3h-2zM18 9h3v2h-3zM17 4l2 1-2 3-1.5-1z", "#d7364a"],
  ],
};
const CHARACTERS = {
  art: "🎨",
  bell: "🔔",
  bulb: "💡",
  busts_in_silhouette: "👥",
  camera: "📷",
  clap: "👏",
  dart: "🎯",
  frame_with_picture: "🖼",
  game_die: "🎲",
  memo: "📝",
  moneybag: "💰",
  no_entry: "⛔",
  package: "📦",
  pray: "🙏",
  raised_hands: "🙌",
  recycle: "♻",
  rocket: "🚀",
  smile: "😄",
  sparkles: "✨",
  speech_balloon: "💬",
  star2: "🌟",
  thinking_face: "🤔",
  trophy: "🏆",
  wave: "👋",
  arrow_right: "➡",
  ballot_box_with_ballot: "☑",
};

/** The emoji of the reaction picker; the numbers, which are votes, come first. */
export const OFFERED = [
  ...NUMBERS.slice(1, 9),
  "+1",
  "heart",
  "eyes",
  "star",
  "fire",
  "tada",
  "white_check_mark",
  "x",
];

/** One emoji as a picture with its name for screen readers; an unknown name stays `:name:`. */
export function emoji(name) {
  const known = ALIASES[name] ?? name;
  const number = NUMBERS.indexOf(known);
  if (number >= 0) return spokenAs(name, "emoji keycap", String(number));
  if (known === "ten") return spokenAs(name, "emoji keycap", "10");
  if (DRAWN[known]) return spokenAs(name, known === "-1" ? "emoji down" : "emoji", drawing(DRAWN[known]));
  if (CHARACTERS[known]) return spokenAs(name, "emoji character", CHARACTERS[known]);
  return `:${name}:`;
}

function spokenAs(name, style, inside) {
  return h(
    "span",
    { class: style, role: "img", "aria-label": name.replaceAll("_", " "), title: `:${name}:` },
    inside,
  );
}

function drawing(shapes) {
  const paths = shapes.map(([d, fill, stroke]) => h("path", { d, fill, stroke }));
  return h("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, paths);
}
