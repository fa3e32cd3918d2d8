// The pages' one live region, which screen readers read aloud: short texts, visible as toasts or only spoken.

import { byId, h } from './dom.js';

const SPOKEN = 8000; // ms for which a text stays in the region
const MOST = 6;

export function say(text) {
  add(h('p', { class: 'hidden' }, text), SPOKEN);
}

export function toast(text, kind = 'info') {
  add(h('p', { class: `toast ${kind}` }, text), kind === 'good' ? 4000 : 8000);
}

// The region moves into an open dialog: a screen reader reads nothing outside a modal dialog.
export function announceIn(parent) {
  parent.append(byId('toasts'));
}

function add(item, milliseconds) {
  const region = byId('toasts');
  region.append(item);
  while (region.children.length > MOST) region.firstElementChild.remove();
  setTimeout(() => item.remove(), milliseconds);
}
