/** Client of the control API: requests, actions and live updates. Contract: playground/README.md. */

/** Fetches JSON; a refusal is returned as `{ok: false, error, detail}` like any other response. */
export async function ask(path, body) {
  const init =
    body === undefined
      ? undefined
      : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  try {
    const answer = await fetch(`/control/${path}`, init);
    return await answer.json();
  } catch (error) {
    return {
      ok: false,
      error: "unreachable",
      detail: `The practice workspace does not answer (${error.message}).`,
    };
  }
}

/** Fetches the state that `user` sees; `query` may name channel, thread, limit and before. */
export function state(user, query = {}) {
  return ask(`state?${new URLSearchParams({ user, ...query })}`);
}

/** Uploads a file of that person; the response's `file.id` is the value of a file input. */
export async function attach(user, file) {
  const body = new FormData();
  body.append("file", file, file.name);
  try {
    const answer = await fetch(`/control/people/${user}/attach`, { method: "POST", body });
    return await answer.json();
  } catch (error) {
    return { ok: false, error: "unreachable", detail: error.message };
  }
}

/** Sends an action of that person. */
export function act(user, deed, body) {
  return ask(`people/${user}/${deed}`, body);
}

/** Keeps the live websocket open and reconnects after a break (`onOpen` again). Returns a function that closes it. */
export function live(user, { onOpen, onChange, onBreak }) {
  let socket = null;
  let wanted = true;
  const connect = () => {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    socket = new WebSocket(`${scheme}://${location.host}/control/live?user=${user}`);
    socket.onmessage = ({ data }) => {
      const word = JSON.parse(data);
      if (word.type === "hello") onOpen();
      if (word.type === "changed") onChange(word.version, word.what);
    };
    socket.onclose = () => {
      if (!wanted) return;
      onBreak();
      setTimeout(() => wanted && connect(), 1000);
    };
  };
  connect();
  return () => {
    wanted = false;
    socket.close();
  };
}
