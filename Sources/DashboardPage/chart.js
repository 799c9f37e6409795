
// Lines or stacked areas over time, drawn as SVG. All charts of a page show the same moment under the pointer.
class Chart {
  static pointed = null;
  static all = new Set();

  constructor(parent, { title, format = number, least = 1, isStacked = false, isWhole = false, isFilled = true, empty = '' }) {
    Object.assign(this, { format, least, isStacked, isWhole, isFilled, empty });
    this.legend = make('div', 'legend');
    this.svg = this.node('svg', { role: 'img', 'aria-label': title });
    parent.append(make('div', 'chart', make('h3', '', title), this.legend, this.svg));
    this.svg.addEventListener('pointermove', event => this.point(event));
    this.svg.addEventListener('pointerleave', () => { Chart.pointed = null; Chart.redraw(); });
    new ResizeObserver(() => this.draw()).observe(this.svg);
    Chart.all.add(this);
  }

  static redraw() { for (const chart of Chart.all) chart.draw(); }

  node(name, attributes = {}, ...children) {
    const element = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  }

  // `times` in seconds, ascending; each series {name, color, values} with `null` where nothing is known. `end` is now on
  // the clock of `times`, `wall` the same moment since 1970, `length` what is shown of the past.
  show(data) { this.data = data; this.draw(); }

  point(event) {
    if (!this.data || !this.plot) return;
    const { left, width } = this.plot;
    const share = (event.offsetX - left) / width;
    Chart.pointed = share < 0 || share > 1 ? null : this.data.end - this.data.length * (1 - share);
    Chart.redraw();
  }

  draw() {
    const width = this.svg.clientWidth, height = this.svg.clientHeight;
    if (!this.data || !width) return;
    const { times, series, end, length } = this.data;
    const start = end - length;
    const from = Math.max(0, times.findIndex(time => time >= start) - 1);
    const layers = this.layers(series);
    const top = this.ceiling(layers, from);
    const longest = Math.max(...[1, 2, 3, 4].map(step => this.format(top * step / 4).length));
    const left = Math.max(34, 12 + longest * 6.3), bottom = 20, plotWidth = width - left - 6, plotHeight = height - bottom - 8;
    this.plot = { left, width: plotWidth };
    const x = time => left + plotWidth * Math.max(0, time - start) / length;
    const y = value => 8 + plotHeight * (1 - value / top);
    const parts = this.frame(top, x, y, left, width, height);
    for (const layer of layers) {
      const path = this.path(times, layer, from, x, y, layer === layers[0]);
      parts.push(this.node('g', { class: layer.color }, ...path));
    }
    if (Chart.pointed !== null && Chart.pointed >= start) {
      parts.push(this.node('line', { class: 'cross', x1: x(Chart.pointed), x2: x(Chart.pointed), y1: 8, y2: height - bottom }));
    }
    if (!layers.some(layer => layer.upper.some((value, index) => index >= from && value !== null))) {
      parts.push(this.node('text', { x: left + plotWidth / 2, y: height / 2, 'text-anchor': 'middle' }, this.empty));
    }
    this.svg.replaceChildren(...parts);
    this.describe(times, series, from);
  }

  // Each series with the line it ends at, and in a stack the one it starts at.
  layers(series) {
    let base = null;
    return series.map(one => {
      if (!this.isStacked) return { ...one, upper: one.values, lower: null };
      const lower = base ?? one.values.map(() => 0);
      base = one.values.map((value, index) => value === null ? null : value + (lower[index] ?? 0));
      return { ...one, upper: base, lower };
    });
  }

  ceiling(layers, from) {
    let most = 0;
    for (const layer of layers) for (let index = from; index < layer.upper.length; index += 1) most = Math.max(most, layer.upper[index] ?? 0);
    const least = this.isWhole ? 4 : this.least;
    if (most <= least) return least;
    const unit = 10 ** Math.floor(Math.log10(most));
    return [1, 2, 4, 5, 8, 10].map(step => step * unit).find(step => step >= most * 1.02) ?? 20 * unit;
  }

  frame(top, x, y, left, width, height) {
    const parts = [];
    for (let step = 0; step <= 4; step += 1) {
      const value = top * step / 4;
      parts.push(this.node('line', { class: step ? 'grid' : 'axis', x1: left, x2: width - 6, y1: y(value), y2: y(value) }));
      parts.push(this.node('text', { x: left - 6, y: y(value) + 4, 'text-anchor': 'end' }, this.format(value)));
    }
    const { end, wall, length } = this.data;
    const step = length > 1800 ? (width < 420 ? 1200 : 600) : length > 120 ? 60 : 20;
    // On round times of the day.
    const offset = wall - end;
    for (let time = Math.ceil((wall - length) / step) * step; time <= wall; time += step) {
      const place = x(time - offset);
      if (place < left + 24 || place > width - 30) continue;
      parts.push(this.node('text', { x: place, y: height - 5, 'text-anchor': 'middle' }, step < 60 ? clockTime(time) : clockTime(time).slice(0, 5)));
    }
    return parts;
  }

  path(times, layer, from, x, y, isFirst) {
    let line = '', area = '', runStart = -1;
    const close = past => {
      if (runStart < 0) return;
      area += `M${x(times[runStart]).toFixed(1)} ${y(layer.lower?.[runStart] ?? 0).toFixed(1)}`;
      for (let index = runStart; index < past; index += 1) area += `L${x(times[index]).toFixed(1)} ${y(layer.upper[index]).toFixed(1)}`;
      for (let index = past - 1; index >= runStart; index -= 1) area += `L${x(times[index]).toFixed(1)} ${y(layer.lower?.[index] ?? 0).toFixed(1)}`;
      area += 'Z';
      runStart = -1;
    };
    for (let index = from; index < times.length; index += 1) {
      if (layer.upper[index] === null) { close(index); continue; }
      line += `${runStart < 0 ? 'M' : 'L'}${x(times[index]).toFixed(1)} ${y(layer.upper[index]).toFixed(1)}`;
      if (runStart < 0) runStart = index;
    }
    close(times.length);
    if (this.isStacked) return [this.node('path', { class: 'stack', d: area })];
    const drawn = this.node('path', { class: 'line', d: line });
    return this.isFilled && isFirst ? [this.node('path', { class: 'area', d: area }), drawn] : [drawn];
  }

  // The values now, or under the pointer.
  describe(times, series, from) {
    let place = times.length - 1;
    const isPointed = Chart.pointed !== null && times.length > 0;
    if (isPointed) {
      while (place > from && Math.abs(times[place - 1] - Chart.pointed) <= Math.abs(times[place] - Chart.pointed)) place -= 1;
    }
    const items = series.map(one => {
      const value = one.values[place];
      const swatch = make('i', one.color);
      return make('span', '', swatch, one.name + ' ', make('b', '', value === null || value === undefined ? '–' : this.format(value)));
    });
    if (isPointed) items.push(make('span', 'when', clockTime(this.data.wall - this.data.end + times[place])));
    this.legend.replaceChildren(...items);
  }
}

// What was counted since the start, as rates between neighbouring samples; `null` where the counter began anew.
function rates(times, counts) {
  return counts.map((value, index) => {
    if (index === 0 || value === null || counts[index - 1] === null) return null;
    const passed = times[index] - times[index - 1], more = value - counts[index - 1];
    return passed > 0 && more >= 0 ? more / passed : null;
  });
}
