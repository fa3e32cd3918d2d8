// Amounts, days, moments and texts for people. Moments are shown in the hotel's own time.

// Letters from right to left, and marks that turn the direction of what follows.
const TURNING = /[\u0590-\u08ff\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const [FSI, PDI] = ['\u2068', '\u2069'];

// A text as it stands beside other words: it turns the direction of nothing around it, whatever marks it holds.
export function isolated(text) {
  if (!TURNING.test(text)) return text;
  return text.replace(/[^\n\r\x1c-\x1e\x85\u2029]+/g, (paragraph) => {
    let depth = 0;
    const letters = [...paragraph].filter((letter) => {
      if (letter === PDI && depth === 0) return false;
      if (letter >= '\u2066' && letter <= FSI) depth += 1;
      else if (letter === PDI) depth -= 1;
      return true;
    });
    return FSI + letters.join('') + PDI.repeat(depth + 1);
  });
}

export function money(amount, currency) {
  const digits = (String(amount).split('.')[1] || '').length;
  const options = { style: 'currency', currency, minimumFractionDigits: digits, maximumFractionDigits: digits };
  return new Intl.NumberFormat('en-GB', options).format(amount);
}

export function day(date) {
  const options = { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' };
  return new Intl.DateTimeFormat('en-GB', options).format(new Date(`${date}T00:00:00Z`));
}

// From one day to another, saying once what both share.
export function span(from, to) {
  const [a, b] = [from, to].map((date) => new Date(`${date}T00:00:00Z`));
  const options = { weekday: 'short', day: 'numeric', month: 'short', timeZone: 'UTC' };
  return new Intl.DateTimeFormat('en-GB', options).formatRange(a, b);
}

export function moment(instant, timeZone) {
  const options = { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', timeZone };
  return new Intl.DateTimeFormat('en-GB', options).format(new Date(instant));
}

export function left(instant) {
  const seconds = Math.round((new Date(instant) - Date.now()) / 1000);
  const span = Math.abs(seconds);
  const parts = [
    [86400, 'd'],
    [3600, 'h'],
    [60, 'min'],
    [1, 's'],
  ];
  const at = parts.findIndex(([size]) => span >= size);
  if (at < 0) return 'now';
  const [size, unit] = parts[at];
  let words = `${Math.floor(span / size)} ${unit}`;
  if (parts[at + 1] && size > 60) words += ` ${Math.floor((span % size) / parts[at + 1][0])} ${parts[at + 1][1]}`;
  return seconds < 0 ? `${words} ago` : words;
}

export function people(adults, children) {
  const words = [`${adults} adult${adults === 1 ? '' : 's'}`];
  if (children) words.push(`${children} child${children === 1 ? '' : 'ren'}`);
  return words.join(', ');
}

export function words(status) {
  const text = status.replaceAll('_', ' ').toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}
