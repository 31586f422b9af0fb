/** Arrow keys in lists: one stop for Tab, arrows inside. */

const STEPS = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };

/** Moves the focus among the matching elements in the event's list. */
export function moveFocus(event, selector) {
  const items = [...event.currentTarget.querySelectorAll(selector)].filter(
    (item) => item.offsetParent !== null,
  );
  const at = items.indexOf(document.activeElement);
  const to = { Home: 0, End: items.length - 1 }[event.key] ?? at + (STEPS[event.key] ?? NaN);
  if (at < 0 || !items[to]) return;
  event.preventDefault();
  items[to].focus();
}
