// Presses of buttons: an update waits for the end of a press, and a button waits for the end of its action.

import { toast } from './announce.js';

// What is pressed stays where it is until it is let go: a button replaced under a finger would never be clicked.
const LONGEST_PRESS = 3000;
let pressed = false;
const waiting = [];
for (const name of ['pointerdown', 'keydown']) addEventListener(name, () => (pressed = true), true);
for (const name of ['pointerup', 'pointercancel', 'keyup', 'blur']) {
  addEventListener(name, ({ target }) => {
    if (name === 'blur' && target !== window) return; // a press moves the focus, and is no less a press
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

// A button does nothing while its action runs; an action that opens a dialog does not wait for the dialog: the browser
// gives the focus back to the button before the dialog's `close` event. The button keeps the focus, which the attribute `disabled` would take.
export async function busy(button, act) {
  if (button.getAttribute('aria-disabled')) return null;
  button.setAttribute('aria-disabled', 'true');
  try {
    return await act();
  } catch (problem) {
    toast(problem.message, 'bad');
    return null;
  } finally {
    button.removeAttribute('aria-disabled');
  }
}
