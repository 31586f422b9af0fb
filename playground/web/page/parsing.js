/** A typed line: a command or a message (the control API finds the @names in it and escapes it). */

const INVITE = /^\/invite(?:\s+@?(\S+.*?))?\s*$/i;

/** Returns `{action, body}` for the control API, or `{problem}`: a sentence for the person. */
export function parseLine(line, { channel, thread }, session) {
  const text = line.trim();
  if (INVITE.test(text)) return invitation(INVITE.exec(text)[1], channel, session);
  if (text.startsWith("/")) return command(text, channel, thread, session);
  return { action: "say", body: { channel, text, thread_ts: thread ?? null } };
}

/** Suggestions: commands after `/`, names after `@`. */
export function suggestions(line, session) {
  if (/^\/\S*$/.test(line)) return commands(session).filter(({ text }) => text.startsWith(line));
  const [, typed] = /(?:^|\s)@([\w.-]*)$/.exec(line) ?? [];
  if (typed === undefined) return [];
  const before = line.slice(0, line.length - typed.length);
  return named(session)
    .filter(({ name }) => name.startsWith(typed.toLowerCase()))
    .map(({ name, real_name: real, title }) => ({
      text: `${before}${name} `,
      shown: `@${name}`,
      about: title || real,
    }));
}

function commands(session) {
  const ours = (session.state.workspace?.commands ?? []).map(
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

function command(text, channel, thread, session) {
  const [name] = text.split(/\s/, 1);
  const known = (session.state.workspace?.commands ?? []).map((one) => one.command);
  if (!known.includes(name))
    return { problem: `There is no ${name} here. Try ${known.join(" or ") || "/invite @Castroom"}.` };
  if (thread) return { problem: `${name} does not work in threads. Send it from the channel.` };
  return { action: "command", body: { channel, command: name, text: text.slice(name.length).trim() } };
}

function invitation(name, channel, session) {
  const wanted = (name ?? "Castroom").toLowerCase();
  const person = named(session).find((one) => [one.name, one.real_name.toLowerCase()].includes(wanted));
  if (!person) return { problem: `Nobody here is called ${name}. Try /invite @Castroom.` };
  return { action: "invite", body: { channel, user: person.id } };
}

function named(session) {
  return [...session.state.people.values()].filter(({ deleted }) => !deleted);
}
