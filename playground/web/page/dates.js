/**
 * Times in the reader's own zone; formats of Slack's date syntax
 * (docs.slack.dev/messaging/formatting-message-text).
 */

const TOKENS = {
  date_num: (part) => `${part.year}-${part.mm}-${part.dd}`,
  date_slash: (part) => `${part.mm}/${part.dd}/${part.year}`,
  date: (part) => `${part.month} ${part.ordinal}, ${part.year}`,
  date_short: (part) => `${part.mon} ${part.day}, ${part.year}`,
  date_long: (part) => `${part.weekday}, ${part.month} ${part.ordinal}, ${part.year}`,
  time: (part) => part.time,
  time_secs: (part) => part.seconds,
};

/** The text of one date token string, or null for an invalid timestamp (the fallback is displayed then). */
export function slackDate(seconds, format, zone) {
  if (!Number.isFinite(seconds)) return null;
  const part = parts(seconds, zone);
  return format.replace(/\{(\w+)\}/g, (whole, token) => {
    if (token === "ago") return ago(seconds);
    const pretty = token.endsWith("_pretty");
    const name = pretty ? token.slice(0, -"_pretty".length) : token;
    const near = pretty ? nearDay(seconds, zone) : null;
    return near ?? TOKENS[name]?.(part) ?? whole;
  });
}

/** "14:05" for a message's ts in the reader's zone. */
export function clock(ts, zone) {
  return parts(Number(ts), zone).time;
}

/** "Today", "Yesterday" or "Friday, 20 November": the divider between days. */
export function dayName(ts, zone) {
  const near = nearDay(Number(ts), zone);
  if (near) return near[0].toUpperCase() + near.slice(1);
  const part = parts(Number(ts), zone);
  return `${part.weekday}, ${part.day} ${part.month}`;
}

/** Sorts and compares days: 2026-11-24 in that zone. */
export function dayOf(seconds, zone) {
  const part = parts(Number(seconds), zone);
  return `${part.year}-${part.mm}-${part.dd}`;
}

function nearDay(seconds, zone) {
  const now = Date.now() / 1000;
  const names = [
    [0, "today"],
    [-86400, "yesterday"],
    [86400, "tomorrow"],
  ];
  return names.find(([shift]) => dayOf(now + shift, zone) === dayOf(seconds, zone))?.[1] ?? null;
}

const formats = new Map();

function format(zone, options) {
  const name = `${zone}|${JSON.stringify(options)}`;
  if (!formats.has(name)) formats.set(name, new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options }));
  return formats.get(name);
}

function parts(seconds, zone) {
  const at = new Date(seconds * 1000);
  const long = format(zone, {
    year: "numeric",
    month: "long",
    day: "numeric",
    weekday: "long",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  });
  const found = Object.fromEntries(long.formatToParts(at).map(({ type, value }) => [type, value]));
  const mm = format(zone, { month: "2-digit" }).format(at);
  return {
    ...found,
    mm,
    dd: found.day.padStart(2, "0"),
    mon: found.month.slice(0, 3),
    ordinal: ordinal(Number(found.day)),
    time: `${found.hour}:${found.minute}`,
    seconds: `${found.hour}:${found.minute}:${found.second}`,
  };
}

function ordinal(day) {
  const teen = day % 100 >= 11 && day % 100 <= 13;
  return `${day}${teen ? "th" : ({ 1: "st", 2: "nd", 3: "rd" }[day % 10] ?? "th")}`;
}

function ago(seconds) {
  const past = Date.now() / 1000 - seconds;
  const [unit, size] = [
    ["day", 86400],
    ["hour", 3600],
    ["minute", 60],
  ].find(([, s]) => Math.abs(past) >= s) ?? ["second", 1];
  return new Intl.RelativeTimeFormat("en", { numeric: "auto" }).format(-Math.round(past / size), unit);
}
