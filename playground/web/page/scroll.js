/** Keeps a list scrolled to its newest end, unless the reader has scrolled up. */

const NEAR = 80;
const TO_END = "to-end";

/** Scrolls the list above a composer to its end, and follows what is added. */
export function scrollToEnd(composer) {
  composer.parentElement?.querySelector(":scope > .scroll")?.dispatchEvent(new Event(TO_END));
}

export function stick(node) {
  let atEnd = true;
  let before = 0;
  node.addEventListener("scroll", () => {
    const near = node.scrollHeight - node.scrollTop - node.clientHeight < NEAR;
    if (near) atEnd = true;
    else if (node.scrollTop < before) atEnd = false; // only a reader scrolls up; what grows below does not
    before = node.scrollTop;
  });
  const follow = () => {
    if (atEnd) node.scrollTop = node.scrollHeight;
  };
  node.addEventListener(TO_END, () => {
    atEnd = true;
    follow();
  });
  const watcher = new ResizeObserver(follow);
  watcher.observe(node);
  watcher.observe(node.firstElementChild);
}
