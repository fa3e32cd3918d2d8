// The pages' one dialog. Enter confirms, Escape leaves, the focus returns, and what was typed is there again.

import { announceIn, say, toast } from './announce.js';
import { focusOn, h } from './dom.js';
import { busy } from './press.js';

const CLOSED_LIST = CSS.supports('selector(:open)') ? 'select:not(:open)' : null; // an open list chooses by Enter

let typed = {}; // values typed and not sent: by dialog, then by field

// A question. `send` gets the form's values; where `send` throws, the dialog says why and stays open. `done` is the text
// of the toast that follows, from the values. Resolves when the dialog is closed: true where its values were sent.
export function ask({ title, body = [], confirm = null, danger = false, close = 'Back', send = null, done = null }) {
  return new Promise((resolve) => {
    const opener = document.activeElement?.dataset.key;
    const draft = (typed[opener ?? title] ??= {});
    const problem = h('p', { class: 'bad', id: 'dialog-problem' });
    const leave = h('button', { type: 'button', class: 'quiet', onclick: () => dialog.close() }, close);
    const go = confirm && h('button', { type: 'submit', class: danger ? 'danger' : 'primary' }, confirm);
    const form = h(
      'form',
      { onsubmit: submit, onkeydown: confirmByEnter, oninput: ({ target }) => (draft[target.name] = target.value) },
      h('h2', { id: 'dialog-title', tabindex: confirm ? null : -1 }, title),
      body,
      problem,
      h('div', { class: 'actions' }, leave, go),
    );
    // Without a field, Enter confirms all the same; a text without a question is read from its beginning.
    if (!form.querySelector('input, select')) (go ?? form.firstElementChild).autofocus = true;
    const dialog = h('dialog', { 'aria-labelledby': 'dialog-title', onclose: closed }, form);
    let sent = null;

    function submit(event) {
      event.preventDefault();
      problem.textContent = '';
      const values = Object.fromEntries(new FormData(form));
      if (go) busy(go, () => send(values).then(() => accepted(values), refused));
    }

    function accepted(values) {
      sent = values;
      delete typed[opener ?? title];
      if (dialog.open) dialog.close();
      else if (done && !dialog.isConnected) toast(done(values), 'good'); // left by Escape meanwhile
    }

    function refused({ message }) {
      if (!dialog.open) return toast(message, 'bad');
      problem.textContent = message;
      say(message);
    }

    function confirmByEnter(event) {
      if (event.key !== 'Enter') return;
      if (event.repeat) event.preventDefault(); // the press that opened the dialog does not confirm it
      else if (go && CLOSED_LIST && event.target.matches(CLOSED_LIST)) {
        event.preventDefault();
        form.requestSubmit(go);
      }
    }

    function closed() {
      announceIn(document.body);
      dialog.remove();
      focusOn(document, opener);
      if (sent && done) toast(done(sent), 'good');
      resolve(sent !== null);
    }

    fill(form, draft);
    document.body.append(dialog);
    announceIn(dialog);
    dialog.showModal();
  });
}

// Where a session ends, its dialog and what was typed end with it.
export function endDialogs() {
  document.querySelector('dialog')?.close();
  typed = {};
}

function fill(form, draft) {
  for (const [name, value] of Object.entries(draft)) {
    const field = form.elements[name];
    if (!field) continue; // no room is free any more
    if (!field.options || [...field.options].some((option) => option.value === value)) field.value = value;
    field.dispatchEvent(new Event('change'));
  }
}
