
// The relay as a whole: figures now, the last hour, its sessions, its drops.
class Overview {
  static ranges = [['1 hour', 3600], ['5 minutes', 300]];
  static shows = [['All', 'all'], ['Played', 'live'], ['Problems', 'problems']];
  static maxReasons = 5;

  constructor() {
    this.tiles = new Tiles(byId('tiles'));
    const charts = byId('charts');
    const empty = 'nothing yet: the first ten seconds are being counted';
    this.traffic = new Chart(charts, { title: 'Datagrams a second', empty });
    this.volume = new Chart(charts, { title: 'UDP payload', format: bits, empty });
    this.dropped = new Chart(charts, { title: 'Drops a second, by reason', isStacked: true, empty: 'nothing dropped' });
    this.alive = new Chart(charts, { title: 'Sessions and users', isWhole: true, isFilled: false, empty });
    const measured = 'no user has sent enough PINGs yet';
    this.jitter = new Chart(charts, { title: 'Jitter of the users', format: milliseconds, isFilled: false, empty: measured });
    this.missed = new Chart(charts, { title: 'PINGs missed, of those due', format: percent, least: 0.01, empty: measured });
    this.length = 3600;
    for (const [name, length] of Overview.ranges) {
      const button = make('button', '', name);
      button.type = 'button';
      button.dataset.length = length;
      button.addEventListener('click', () => { this.isChosen = true; this.zoom(length); });
      byId('ranges').append(button);
    }
    for (const [name, show] of Overview.shows) {
      const button = make('button', '', name);
      button.type = 'button';
      button.dataset.show = show;
      button.addEventListener('click', () => { location.hash = Overview.target(show, 1); });
      byId('shows').append(button);
    }
    this.sessions = Overview.sessionTable();
    this.drops = new Table(byId('drops'), [
      { name: 'Reason', show: (cell, drop) => say(cell, words(drop.reason)) },
      { name: 'A second', isNumber: true, by: drop => drop.rate, show: (cell, drop) => say(cell, number(drop.rate)) },
      { name: 'In all', isNumber: true, by: drop => drop.count, show: (cell, drop) => say(cell, count(drop.count)) },
      { name: 'What it means', className: 'wide', show: (cell, drop) => say(cell, drop.meaning) },
      { name: 'What to do', className: 'wide', show: (cell, drop) => say(cell, drop.advice) },
    ]);
    byId('find-text').addEventListener('input', () => this.showSessions());
    byId('find').addEventListener('submit', event => {
      event.preventDefault();
      const text = byId('find-text').value.trim();
      const found = this.found();
      if (found.length === 1) location.hash = sessionTarget(found[0].session.id);
      else if (/^[0-9a-f]+-S$/.test(text)) location.hash = sessionTarget(text);
    });
    this.zoom(3600);
    this.forget();
  }

  // Where a page of one of the lists is.
  static target(show, page) {
    return '#/' + (show === 'all' ? '' : show) + (page > 1 ? (show === 'all' ? '' : '/') + 'page/' + page : '');
  }

  // How much of the past is shown, seconds.
  zoom(length) {
    this.length = length;
    for (const button of byId('ranges').children) button.setAttribute('aria-pressed', String(Number(button.dataset.length) === length));
    this.draw();
  }

  forget() { this.hour = []; this.live = []; this.now = null; this.rowBefore = new Map(); }

  static sessionTable() {
    return new Table(byId('sessions'), [
      { name: 'Session', by: row => row.session.id, show: (cell, row) => {
        if (!cell.firstChild) cell.append(make('span'), link(row.session.id, sessionTarget(row.session.id)));
        cell.firstChild.className = 'dot ' + row.weight;
      } },
      { name: 'Age', isNumber: true, by: row => row.session.age, show: (cell, row) => say(cell, span(row.session.age)) },
      { name: 'Users', isNumber: true, hint: 'heard / all, the host among them', by: row => row.session.user_count,
        show: (cell, row) => say(cell, `${row.heard} / ${row.session.user_count}`) },
      { name: 'Host', hint: 'and when it was heard', show: (cell, row) => say(cell, row.session.host_endpoint ? `${row.session.host_endpoint}, ${ago(row.session.host_silence)}` : '–') },
      { name: 'In', hint: 'datagrams a second from its users, and bits', isNumber: true, by: row => row.session.rate.datagrams,
        show: (cell, row) => say(cell, `${number(row.session.rate.datagrams)}/s, ${bits(row.session.rate.bytes)}`) },
      { name: 'Jitter', hint: 'of its worst user', isNumber: true, by: row => row.jitter ?? -1, show: (cell, row) => say(cell, row.jitter === undefined ? '–' : milliseconds(row.jitter)) },
      { name: 'Missed', hint: 'PINGs of its worst user that did not arrive', isNumber: true, by: row => row.missed ?? -1, show: (cell, row) => say(cell, row.missed === undefined ? '–' : percent(row.missed)) },
      { name: 'Drops', hint: 'of its users, since it was made', isNumber: true, by: row => row.dropped, show: (cell, row) => say(cell, count(row.dropped)) },
      { name: 'Problems', className: 'wide', by: row => row.problems, show: (cell, row) => {
        if (!cell.firstChild) cell.append(make('div', 'clamp'));
        const text = row.problem ? (row.problems > 1 ? `${row.problems}: ` : '') + row.problem : '';
        say(cell.firstChild, text);
        if (cell.title !== text) cell.title = text;
      } },
    ], { target: row => sessionTarget(row.session.id) });
  }

  takeHistory(body) {
    this.hour = body.clock.map((clock, index) => ({
      clock, received: body.received[index], receivedBytes: body.received_bytes[index], sent: body.sent[index],
      sentBytes: body.sent_bytes[index], lost: body.queue_overflows[index], sessions: body.sessions[index],
      users: body.users[index], jitter: body.jitter_median[index], jitterHigh: body.jitter_high[index], missed: body.missed[index],
      drops: Object.fromEntries(Object.entries(body.drops).map(([reason, counts]) => [reason, counts[index]])),
    }));
    this.live = [];
    // Of a relay that has just started an hour would be an empty picture.
    if (!this.isChosen) this.zoom(body.clock.length && body.clock.at(-1) - body.clock[0] > 600 ? 3600 : 300);
  }

  take(body) {
    const { status, links } = body, traffic = status.traffic;
    const due = links.pings + links.missed_pings;
    // The last hour has those of the first page of played sessions; what another page has would not fit to it.
    const isMeasured = body.page === 1 && body.show !== 'problems';
    const sample = {
      clock: status.clock, received: traffic.received_datagrams, receivedBytes: traffic.received_bytes,
      sent: traffic.to_host_datagrams + traffic.to_client_datagrams + traffic.answered_pings + traffic.invalid_replies,
      sentBytes: traffic.to_host_bytes + traffic.to_client_bytes, lost: traffic.queue_overflows, filtered: traffic.filtered_datagrams,
      sessions: status.sessions, users: status.users, jitter: isMeasured ? links.jitter_median ?? null : null,
      jitterHigh: isMeasured ? links.jitter_high ?? null : null, missed: isMeasured && due ? links.missed_pings / due : null,
      drops: Object.fromEntries(status.drops.map(drop => [drop.reason, drop.count])),
    };
    this.before = this.live.at(-1);
    this.live.push(sample);
    if (this.live.length > 400) this.live.shift();
    const last = this.hour.at(-1);
    if (!last || sample.clock - last.clock >= 10) this.hour.push(sample);
    while (this.hour.length > 2 && this.hour[1].clock < sample.clock - 3600) this.hour.shift();
    this.now = body;
    this.showTiles(sample);
    this.showDrops(sample);
    this.showSessions();
    this.draw();
  }

  rate(sample, of) {
    const before = this.before;
    if (!before || sample.clock <= before.clock) return null;
    return Math.max(0, (of(sample) - of(before)) / (sample.clock - before.clock));
  }

  showTiles(sample) {
    const { links, status, total } = this.now;
    const shown = (value, format) => value === null ? '–' : format(value);
    const all = drops => Object.values(drops).reduce((sum, value) => sum + value, 0);
    const [received, dropped] = [this.rate(sample, one => one.received), this.rate(sample, one => all(one.drops))];
    const lost = this.rate(sample, one => one.lost);
    this.tiles.set('Sessions', count(status.sessions), status.parked_sessions ? `${status.parked_sessions} parked` : '');
    this.tiles.set('Users', count(status.users), `${count(links.users)} heard${total > this.now.limit || this.now.show === 'problems' ? ' in the sessions below' : ' now'}`);
    this.tiles.set('In', shown(received, number) + '/s', shown(this.rate(sample, one => one.receivedBytes), bits));
    this.tiles.set('Out', shown(this.rate(sample, one => one.sent), number) + '/s', shown(this.rate(sample, one => one.sentBytes), bits));
    this.tiles.set('Drops', shown(dropped, number) + '/s', `${received ? percent(Math.min(1, dropped / received)) : '–'} of what came in; ${count(all(sample.drops))} in all`);
    this.tiles.set('Lost in the kernel', shown(lost, number) + '/s', `${count(sample.lost)} in all, in full receive queues` + (sample.filtered ? `; ${count(sample.filtered)} filtered as no game's` : ''), lost > 0);
    const missed = links.pings + links.missed_pings > 0 ? percent(links.missed_pings / (links.pings + links.missed_pings)) : '–';
    this.tiles.set('Link quality', links.jitter_median === undefined ? '–' : milliseconds(links.jitter_median),
      links.jitter_high === undefined ? 'no user is measured yet' : `median jitter; ${milliseconds(links.jitter_high)} worst 5 %; ${missed} of PINGs missed`);
  }

  draw() {
    if (!this.now || !this.live.length) return;
    const latest = this.live.at(-1);
    let samples = this.hour;
    if (this.length <= 300) {
      const first = this.live[0].clock;
      samples = [...this.hour.filter(sample => sample.clock < first), ...this.live];
    } else if (latest.clock - (samples.at(-1)?.clock ?? 0) > 2) samples = [...samples, latest];
    const times = samples.map(sample => sample.clock);
    const frame = { times, end: latest.clock, wall: this.now.now, length: this.length };
    const rated = of => rates(times, samples.map(of));
    this.traffic.show({ ...frame, series: [
      { name: 'in', color: 'c1', values: rated(one => one.received) }, { name: 'out', color: 'c2', values: rated(one => one.sent) }] });
    this.volume.show({ ...frame, series: [
      { name: 'in', color: 'c1', values: rated(one => one.receivedBytes) }, { name: 'out', color: 'c2', values: rated(one => one.sentBytes) }] });
    this.alive.show({ ...frame, series: [
      { name: 'sessions', color: 'c3', values: samples.map(one => one.sessions) }, { name: 'users', color: 'c4', values: samples.map(one => one.users) }] });
    this.jitter.show({ ...frame, series: [
      { name: 'median', color: 'c1', values: samples.map(one => one.jitter) }, { name: 'worst 5 %', color: 'c2', values: samples.map(one => one.jitterHigh) }] });
    this.missed.show({ ...frame, series: [{ name: 'of all users heard', color: 'c6', values: samples.map(one => one.missed) }] });
    this.dropped.show({ ...frame, series: this.dropSeries(samples, rated) });
  }

  // The reasons that dropped most in the time shown, each in the color it had before, and the rest together.
  dropSeries(samples, rated) {
    const start = samples.find(sample => sample.clock >= samples.at(-1).clock - this.length) ?? samples[0];
    const grown = reason => (samples.at(-1).drops[reason] ?? 0) - (start.drops[reason] ?? 0);
    const reasons = Object.keys(samples.at(-1).drops).filter(reason => grown(reason) > 0).sort((one, other) => grown(other) - grown(one));
    const named = reasons.slice(0, Overview.maxReasons), rest = reasons.slice(Overview.maxReasons);
    this.colors ??= new Map();
    for (const reason of this.colors.keys()) if (!named.includes(reason)) this.colors.delete(reason);
    for (const reason of named) {
      if (this.colors.has(reason)) continue;
      const used = new Set(this.colors.values());
      this.colors.set(reason, ['c6', 'c4', 'c5', 'c1', 'c3'].find(color => !used.has(color)));
    }
    const series = named.map(reason => ({ name: words(reason), color: this.colors.get(reason), values: rated(one => one.drops[reason] ?? 0) }));
    if (rest.length) {
      series.push({ name: 'other', color: 'c7', values: rated(one => rest.reduce((sum, reason) => sum + (one.drops[reason] ?? 0), 0)) });
    }
    return series;
  }

  showDrops(sample) {
    const drops = this.now.status.drops;
    this.drops.show(drops.map(drop => ({ ...drop, key: drop.reason, rate: this.rate(sample, one => one.drops[drop.reason] ?? 0) ?? 0 })));
    byId('drops').parentNode.hidden = drops.length === 0;
    byId('drops-empty').hidden = drops.length > 0;
  }

  // The sessions of this page that the text in the field means.
  found() {
    const text = byId('find-text').value.trim().toLowerCase();
    return this.now.sessions.filter(row => !text || row.session.id.toLowerCase().includes(text) || (row.session.host_endpoint ?? '').includes(text));
  }

  showSessions() {
    if (!this.now) return;
    const { sessions, total, page, limit, status, show } = this.now;
    const found = this.found();
    this.sessions.show(found.map(row => ({
      ...row, key: row.session.id, weight: row.problems > 0 ? 'problem' : row.heard > 0 ? 'good' : 'idle',
    })));
    byId('sessions').parentNode.hidden = found.length === 0;
    const order = show === 'live' ? 'problems first' : show === 'problems' ? 'those that are played first' : 'problems first, then those that are played';
    say(byId('session-count'), order + (total > limit ? `, page ${page} of ${count(Math.ceil(total / limit))}` : ''));
    for (const button of byId('shows').children) button.setAttribute('aria-pressed', String(button.dataset.show === show));
    const empty = byId('sessions-empty');
    empty.hidden = found.length > 0;
    if (!empty.hidden) this.explainEmpty(empty, status, sessions.length > 0, show);
    const pages = Math.max(1, Math.ceil(total / limit));
    byId('pager').hidden = pages < 2 && page < 2;
    if (this.pagerText !== `${show} ${page}/${pages}`) {
      this.pagerText = `${show} ${page}/${pages}`;
      const step = (text, target) => target >= 1 && target <= pages ? link(text, Overview.target(show, target)) : make('span', 'quiet', text);
      byId('pager').replaceChildren(step('← Back', page - 1), make('span', '', `Page ${page} of ${pages}`), step('Further →', page + 1));
    }
  }

  explainEmpty(empty, status, isFiltered, show) {
    const kind = isFiltered ? 'filtered' : status.phase + show;
    if (empty.dataset.kind === kind) return;
    empty.dataset.kind = kind;
    if (isFiltered) return empty.replaceChildren('No session on this page has that in its ID or its host\'s address. Press Enter to look for a whole ID everywhere.');
    if (status.phase === 'restoring') return empty.replaceChildren('The relay restores the sessions of its last run. They appear in a moment.');
    if (status.sessions > 0 && show === 'problems') return empty.replaceChildren('No problem in the sessions of this page.');
    if (status.sessions > 0 && show === 'live') return empty.replaceChildren('Nobody was heard in the last half minute.');
    if (status.phase === 'draining') return empty.replaceChildren('No sessions are left, and the relay takes no new ones: it is draining.');
    empty.replaceChildren('No sessions yet. Your backend creates them; by hand, with a key that has the scope ', make('code', '', 'sessions'), ':', make('pre', '',
      `curl -s -X POST ${location.origin}/v1/relays/sessions -H "Authorization: token $CAUSEWAY_KEY" -H 'Content-Type: application/json' -d '{"users": [{"ip": "203.0.113.10"}, {"ip": "198.51.100.20"}]}'`));
  }
}

const sessionTarget = id => '#/session/' + encodeURIComponent(id);
