
'use strict';
// Elements and figures as people read them. Whatever came from the relay becomes text, never markup.
const byId = id => document.getElementById(id);

function make(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children.filter(child => child !== null && child !== undefined));
  return element;
}

function link(text, target) {
  const element = make('a', '', text);
  element.href = target;
  return element;
}

// Only where it differs: what stays as it is keeps its selection and its place in the screen reader.
function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function number(value) {
  const size = Math.abs(value);
  if (size >= 1e9) return (value / 1e9).toFixed(size < 1e10 ? 2 : 1) + '\u00a0G';
  if (size >= 1e6) return (value / 1e6).toFixed(size < 1e7 ? 2 : 1) + '\u00a0M';
  if (size >= 1e4) return (value / 1e3).toFixed(1) + '\u00a0k';
  if (size >= 1e3) return Math.round(value).toLocaleString('en');
  if (size >= 10 || Number.isInteger(value)) return String(Math.round(value));
  return size < 0.05 ? '0' : value.toFixed(1);
}

const count = value => value.toLocaleString('en');

function scaled(value, step, units) {
  let unit = 0;
  while (Math.abs(value) >= step && unit < units.length - 1) { value /= step; unit += 1; }
  const digits = unit === 0 || Math.abs(value) >= 100 ? 0 : 1;
  return value.toFixed(digits) + '\u00a0' + units[unit];
}

const bits = bytesASecond => scaled(bytesASecond * 8, 1000, ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s']);
const bytes = value => scaled(value, 1000, ['B', 'kB', 'MB', 'GB', 'TB']);
// Of a share, 0 … 1.
const percent = share => share > 0 && share < 0.0001 ? '< 0.01 %' : Number((share * 100).toFixed(share < 0.01 ? 2 : share < 0.1 ? 1 : 0)) + ' %';
const milliseconds = value => value === 0 ? '0 ms' : value < 10 ? value.toFixed(1) + ' ms' : Math.round(value) + ' ms';

// Seconds in the two largest units.
function span(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return whole + ' s';
  if (whole < 3600) return Math.floor(whole / 60) + ' min ' + whole % 60 + ' s';
  if (whole < 86400) return Math.floor(whole / 3600) + ' h ' + Math.floor(whole % 3600 / 60) + ' min';
  return Math.floor(whole / 86400) + ' d ' + Math.floor(whole % 86400 / 3600) + ' h';
}

function ago(value) {
  if (value === undefined || value === null) return 'never';
  if (value < 1000) return value + ' ms ago';
  if (value < 10000) return (value / 1000).toFixed(1) + ' s ago';
  return span(value / 1000) + ' ago';
}

const clockTime = seconds => new Date(seconds * 1000).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });
const words = label => label.replaceAll('_', ' ');
const dropTotal = drops => drops.reduce((sum, drop) => sum + drop.count, 0);

// A row of figures with a name, a value and something smaller below.
class Tiles {
  constructor(parent) { this.parent = parent; this.tiles = new Map(); }

  set(name, value, more = '', isAlarm = false) {
    let tile = this.tiles.get(name);
    if (!tile) {
      tile = { value: make('div', 'value'), more: make('div', 'more') };
      tile.box = make('div', 'tile', make('div', 'name', name), tile.value, tile.more);
      this.tiles.set(name, tile);
      this.parent.append(tile.box);
    }
    say(tile.value, value);
    say(tile.more, more);
    tile.box.classList.toggle('alarm', isAlarm);
  }
}

// A table whose rows stay the same elements while their cells change, and whose head sorts it.
class Table {
  constructor(element, columns, { sort = null, target = null } = {}) {
    this.columns = columns; this.rows = new Map(); this.target = target;
    this.sort = sort; this.isDescending = true;
    this.head = make('tr'); this.body = make('tbody');
    for (const column of columns) {
      const cell = make('th', column.isNumber ? 'number' : '');
      cell.scope = 'col';
      if (column.by) {
        const button = make('button', '', column.name);
        button.type = 'button';
        button.addEventListener('click', () => this.sortBy(column));
        cell.append(button);
        cell.className += ' sorts';
      } else cell.append(column.name);
      if (column.hint) cell.title = column.hint;
      this.head.append(cell);
    }
    element.append(make('thead', '', this.head), this.body);
  }

  sortBy(column) {
    if (this.sort === column.name && !this.isDescending) { this.sort = null; this.isDescending = true; }
    else if (this.sort === column.name) this.isDescending = false;
    else { this.sort = column.name; this.isDescending = true; }
    if (this.last) this.show(this.last);
  }

  // `items` have a `key`; in their own order where nothing else is asked for.
  show(items) {
    this.last = items;
    const column = this.columns.find(candidate => candidate.name === this.sort);
    let ordered = items;
    if (column) {
      const direction = this.isDescending ? -1 : 1;
      ordered = [...items].sort((one, other) => {
        const [a, b] = [column.by(one), column.by(other)];
        return (a < b ? -1 : a > b ? 1 : 0) * direction;
      });
    }
    this.columns.forEach((candidate, index) => {
      const cell = this.head.children[index];
      if (candidate === column) cell.setAttribute('aria-sort', this.isDescending ? 'descending' : 'ascending');
      else cell.removeAttribute('aria-sort');
    });
    const present = new Set(items.map(item => item.key));
    for (const [key, row] of this.rows) if (!present.has(key)) { row.remove(); this.rows.delete(key); }
    ordered.forEach((item, index) => {
      let row = this.rows.get(item.key);
      if (!row) { row = this.makeRow(item); this.rows.set(item.key, row); }
      this.columns.forEach((candidate, place) => candidate.show(row.children[place], item));
      if (this.body.children[index] !== row) this.body.insertBefore(row, this.body.children[index] ?? null);
    });
  }

  makeRow(item) {
    const row = make('tr', this.target ? 'link' : '');
    for (const column of this.columns) {
      const cell = make('td', (column.isNumber ? 'number ' : '') + (column.className ?? ''));
      cell.dataset.name = column.name;
      row.append(cell);
    }
    if (this.target) {
      row.addEventListener('click', event => {
        if (!event.target.closest('a') && !String(getSelection())) location.hash = this.target(item);
      });
    }
    return row;
  }
}
