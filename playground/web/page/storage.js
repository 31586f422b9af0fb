/** Values that this browser stores between visits: read marks, last channel, colour scheme. Errors are ignored. */

export function readStored(name) {
  try {
    return localStorage.getItem(`castroom/${name}`);
  } catch {
    return null;
  }
}

export function writeStored(name, value) {
  try {
    localStorage.setItem(`castroom/${name}`, value);
  } catch {
    // a private window stores nothing
  }
}
