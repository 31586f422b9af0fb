/** Client of the control API: requests, actions and live updates. Contract: playground/README.md. */

/** Fetches JSON; a refusal is returned as `{ok: false, error, detail}` like any other response. */
export async function request(path, body) {
  const init =
    body === undefined
      ? undefined
      : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  try {
    const response = await fetch(`/control/${path}`, init);
    return await response.json();
  } catch (error) {
    return {
      ok: false,
      error: "unreachable",
      detail: `The practice workspace does not answer (${error.message}).`,
    };
  }
}

/** Fetches the state that `user` sees; `query` may name channel, thread, limit and before. */
export function fetchState(user, query = {}) {
  return request(`state?${new URLSearchParams({ user, ...query })}`);
}

/** Uploads a file of that person; the response's `file.id` is the value of a file input. */
export async function uploadFile(user, file) {
  const body = new FormData();
  body.append("file", file, file.name);
  try {
    const response = await fetch(`/control/people/${user}/attach`, { method: "POST", body });
    return await response.json();
  } catch (error) {
    return { ok: false, error: "unreachable", detail: error.message };
  }
}

/** Sends an action of that person. */
export function performAction(user, action, body) {
  return request(`people/${user}/${action}`, body);
}

/** Keeps the live websocket open and reconnects after a break (`onOpen` again). Returns a function that closes it. */
export function subscribe(user, { onOpen, onChange, onBreak }) {
  let socket = null;
  let isOpen = true;
  const connect = () => {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    socket = new WebSocket(`${scheme}://${location.host}/control/live?user=${user}`);
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      if (message.type === "hello") onOpen();
      if (message.type === "changed") onChange(message.version, message.what);
    };
    socket.onclose = () => {
      if (!isOpen) return;
      onBreak();
      setTimeout(() => isOpen && connect(), 1000);
    };
  };
  connect();
  return () => {
    isOpen = false;
    socket.close();
  };
}
