// Amounts, days and moments for people. Moments are shown in the hotel's own time.

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
