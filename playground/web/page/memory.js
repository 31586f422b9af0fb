/** What this browser keeps between visits: read marks, the last channel, the light. Refusal breaks nothing. */

export function recall(name) {
  try {
    return localStorage.getItem(`castroom/${name}`);
  } catch {
    return null;
  }
}

export function store(name, value) {
  try {
    localStorage.setItem(`castroom/${name}`, value);
  } catch {
    // a private window: the page forgets
  }
}
