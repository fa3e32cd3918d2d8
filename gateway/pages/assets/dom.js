// Elements without strings of HTML: whatever is shown is text, never markup.

export function h(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (name === 'class') node.className = value;
    else if (name === 'value') node.value = value;
    else node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

let absent = null; // the key of the element that had the focus and is gone

// Shows the children in place of what was there. The focus stays: at the successor of its element, by `data-key`.
export function show(container, ...children) {
  const focused = container.contains(document.activeElement) ? document.activeElement : null;
  container.replaceChildren(...children.flat(Infinity).filter(Boolean));
  if (focused) focusOn(container, ('rest' in focused.dataset && absent) || focused.dataset.key);
}

// Focuses the element with the key or, while there is none, the place that the page marks with `data-rest`.
export function focusOn(container, key) {
  const successor = key && container.querySelector(`[data-key="${CSS.escape(key)}"]`);
  absent = successor ? null : key;
  (successor || container.querySelector('[data-rest]'))?.focus();
}

export function byId(id) {
  return document.getElementById(id);
}
