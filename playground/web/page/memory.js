/** Values that this browser stores between visits: read marks, last channel, colour scheme. Errors are ignored. */

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
    // a private window stores nothing
  }
}
