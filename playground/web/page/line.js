/** A typed line: a command or a message (the control API finds the @names in it and escapes it). */

const INVITE = /^\/invite(?:\s+@?(\S+.*?))?\s*$/i;

/** Returns `{deed, body}` for the control API, or `{problem}`: a sentence for the person. */
export function deedOf(line, { channel, thread }, desk) {
  const text = line.trim();
  if (INVITE.test(text)) return invitation(INVITE.exec(text)[1], channel, desk);
  if (text.startsWith("/")) return command(text, channel, thread, desk);
  return { deed: "say", body: { channel, text, thread_ts: thread ?? null } };
}

/** Suggestions: commands after `/`, names after `@`. */
export function suggestions(line, desk) {
  if (/^\/\S*$/.test(line)) return commands(desk).filter(({ text }) => text.startsWith(line));
  const [, typed] = /(?:^|\s)@([\w.-]*)$/.exec(line) ?? [];
  if (typed === undefined) return [];
  const before = line.slice(0, line.length - typed.length);
  return named(desk)
    .filter(({ name }) => name.startsWith(typed.toLowerCase()))
    .map(({ name, real_name: real, title }) => ({
      text: `${before}${name} `,
      shown: `@${name}`,
      about: title || real,
    }));
}

function commands(desk) {
  const ours = (desk.sight.workspace?.commands ?? []).map(
    ({ command: name, usage_hint: usage, description }) => ({
      text: `${name} `,
      shown: `${name} ${usage ?? ""}`,
      about: description,
    }),
  );
  return [
    ...ours,
    { text: "/invite @Castroom", shown: "/invite @Castroom", about: "Lets the app post in this channel" },
  ];
}

function command(text, channel, thread, desk) {
  const [name] = text.split(/\s/, 1);
  const known = (desk.sight.workspace?.commands ?? []).map((one) => one.command);
  if (!known.includes(name))
    return { problem: `There is no ${name} here. Try ${known.join(" or ") || "/invite @Castroom"}.` };
  if (thread) return { problem: `${name} does not work in threads. Send it from the channel.` };
  return { deed: "command", body: { channel, command: name, text: text.slice(name.length).trim() } };
}

function invitation(name, channel, desk) {
  const wanted = (name ?? "Castroom").toLowerCase();
  const person = named(desk).find((one) => [one.name, one.real_name.toLowerCase()].includes(wanted));
  if (!person) return { problem: `Nobody here is called ${name}. Try /invite @Castroom.` };
  return { deed: "invite", body: { channel, user: person.id } };
}

function named(desk) {
  return [...desk.sight.people.values()].filter(({ deleted }) => !deleted);
}
