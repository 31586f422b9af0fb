/** Keeps a list at its newest end while the reader is there, and leaves it alone while they read further up. */

const NEAR = 80;

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
  const watcher = new ResizeObserver(follow);
  watcher.observe(node);
  watcher.observe(node.firstElementChild);
}
