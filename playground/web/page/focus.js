/** Keeps the focus where it was: on the same control after a redraw, or on its message if the control is gone. */

/** Runs `render`; if it removes the focused element, focuses the nearest thing that is left of its place. */
export function keepFocus(render) {
  const trail = trailOf(document.activeElement);
  render();
  queueMicrotask(() => follow(trail)); // after a dialog that closes has returned the focus itself
}

const openers = new WeakMap();

/** Remembers which element opened a dialog, so that the focus finds its way even if a redraw replaced it. */
export function rememberOpener(dialog) {
  openers.set(dialog, trailOf(document.activeElement));
}

/** Selectors from the control to what surrounds it, the nearest first. */
function trailOf(element) {
  if (!element || element === document.body) return null;
  const dialog = element.closest("dialog");
  if (dialog) return openers.get(dialog) ?? null;
  const article = element.closest("article[data-ts]");
  const thread = element.closest(".thread[data-thread]");
  const pane = element.closest(".session.second") ? ".session.second " : ".session:not(.second) ";
  const home = element.closest(".home-body") ? `${pane}.home-body` : null;
  const owner = article ? `${pane}${thread ? ".thread" : ".middle"} [data-ts="${article.dataset.ts}"]` : home;
  const control = owner && controlOf(element);
  const trail = [control && `${owner} ${control}`, owner];
  if (thread) trail.push(`${pane}.middle [data-ts="${thread.dataset.thread}"]`);
  if (owner) trail.push(`${pane}.middle article[tabindex="0"]`);
  return trail.filter(Boolean);
}

function controlOf(element) {
  for (const name of ["data-action", "data-reaction", "data-menu"]) {
    const control = element.closest(`[${name}]`);
    if (control) return `[${name}="${CSS.escape(control.getAttribute(name))}"]`;
  }
  return null;
}

function follow(trail) {
  if (!trail || (document.activeElement && document.activeElement !== document.body)) return;
  for (const selector of trail) {
    const found = document.querySelector(selector);
    if (!found) continue;
    found.focus({ preventScroll: true });
    if (document.activeElement === found) return;
  }
}
