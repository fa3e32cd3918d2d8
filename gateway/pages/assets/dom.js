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

// Shows the children in place of what was there. Whoever was at an element with a `data-key` stays at its successor.
export function show(container, ...children) {
  const key = container.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  container.replaceChildren(...children.flat(Infinity).filter(Boolean));
  if (key) container.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
}

// What is pressed stays where it is until it is let go: a button replaced under a finger would never be clicked.
const LONGEST_PRESS = 3000;
let pressed = false;
const waiting = [];
for (const name of ['pointerdown', 'keydown']) addEventListener(name, () => (pressed = true), true);
for (const name of ['pointerup', 'pointercancel', 'keyup', 'blur']) {
  addEventListener(name, () => {
    pressed = false;
    setTimeout(() => waiting.splice(0).forEach((go) => go())); // after the click that follows
  }, true);
}

export function calm() {
  if (!pressed) return Promise.resolve();
  return new Promise((go) => {
    waiting.push(go);
    setTimeout(go, LONGEST_PRESS);
  });
}

export function byId(id) {
  return document.getElementById(id);
}

export function toast(text, kind = 'info') {
  const box = byId('toasts');
  const item = h('p', { class: `toast ${kind}` }, text);
  box.append(item);
  while (box.children.length > 3) box.firstElementChild.remove();
  setTimeout(() => item.remove(), kind === 'good' ? 4000 : 8000);
}

// A question in a dialog. Resolves to the form's values, or to null where it was closed without an answer.
export function ask({ title, body = [], confirm, danger = false, close = 'Back' }) {
  return new Promise((resolve) => {
    const heading = h('h2', { id: 'dialog-title' }, title);
    const form = h(
      'form',
      { method: 'dialog' },
      heading,
      body,
      h(
        'div',
        { class: 'actions' },
        h('button', { type: 'submit', value: '', formnovalidate: true, class: 'quiet' }, close),
        confirm && h('button', { type: 'submit', value: 'yes', class: danger ? 'danger' : 'primary' }, confirm),
      ),
    );
    const dialog = h('dialog', { 'aria-labelledby': 'dialog-title' }, form);
    const before = document.activeElement?.dataset.key;
    dialog.addEventListener('close', () => {
      resolve(dialog.returnValue === 'yes' ? Object.fromEntries(new FormData(form)) : null);
      dialog.remove();
      if (before) document.querySelector(`[data-key="${CSS.escape(before)}"]`)?.focus();
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
