
// One session: why its players do or do not get through, and how well.
class SessionView {
  static length = 300;
  static lines = 6;

  constructor() {
    this.tiles = new Tiles(byId('session-tiles'));
    const charts = byId('session-charts');
    const empty = 'a second or two, then there is something to see';
    this.rateChart = new Chart(charts, { title: 'Datagrams a second from each player', isFilled: false, empty });
    this.jitterChart = new Chart(charts, { title: 'Jitter of each player', format: milliseconds, isFilled: false, empty: 'no player has sent enough PINGs yet' });
    this.players = new Table(byId('players'), [
      { name: 'Player', by: user => user.number, show: (cell, user) => say(cell, user.number + (user.is_host ? ', host' : user.connection_id !== user.number ? `, id ${user.connection_id}` : '')) },
      { name: 'From', hint: 'where it was heard', show: (cell, user) => say(cell, user.endpoint ?? '–') },
      { name: 'Last heard', isNumber: true, by: user => user.silence ?? Infinity, show: (cell, user) => say(cell, ago(user.silence)) },
      { name: 'Now', hint: 'from it in the last second', isNumber: true, by: user => user.rate.datagrams, show: (cell, user) => say(cell, `${number(user.rate.datagrams)}/s, ${bits(user.rate.bytes)}`) },
      { name: 'Peak', hint: 'within a second', isNumber: true, by: user => user.usage.peak.datagrams, show: (cell, user) => say(cell, `${number(user.usage.peak.datagrams)}/s`) },
      { name: 'Jitter', isNumber: true, by: user => user.link.jitter ?? -1, show: (cell, user) => say(cell, user.link.jitter === undefined ? '–' : milliseconds(user.link.jitter)) },
      { name: 'PINGs missed', isNumber: true, by: user => user.link.missed_pings, show: (cell, user) => say(cell, `${count(user.link.missed_pings)} of ${count(user.link.pings + user.link.missed_pings)}`) },
      { name: 'Gaps', isNumber: true, by: user => user.link.gaps, show: (cell, user) => say(cell, user.link.gaps ? `${count(user.link.gaps)}, longest ${(user.link.longest_gap / 1000).toFixed(1)} s` : '0') },
      { name: 'Moves', hint: 'to another address or port', isNumber: true, by: user => user.link.moves, show: (cell, user) => say(cell, count(user.link.moves)) },
      { name: 'Rejoins', isNumber: true, by: user => user.link.rejoins, show: (cell, user) => say(cell, count(user.link.rejoins)) },
      { name: 'Carried', hint: 'from it / to it, since it was added', isNumber: true, by: user => user.usage.bytes_from + user.usage.bytes_to,
        show: (cell, user) => say(cell, `${bytes(user.usage.bytes_from)} / ${bytes(user.usage.bytes_to)}`) },
      { name: 'Drops', className: 'drops', by: user => dropTotal(user.drops), show: (cell, user) => say(cell, SessionView.dropText(user.drops)) },
    ]);
    this.forget();
  }

  static dropText(drops) {
    return drops.length ? drops.map(drop => `${count(drop.count)} ${words(drop.reason)}`).join(', ') : '0';
  }

  forget() { this.samples = []; this.boxes = new Map(); byId('player-findings').replaceChildren(); }

  open(id) {
    this.forget();
    say(byId('session-title'), 'Session ' + id);
    byId('session-state').hidden = byId('session-verdict').hidden = true;
    byId('session-gone').hidden = true;
    byId('session-live').hidden = true;
  }

  gone(message) {
    byId('session-live').hidden = byId('session-state').hidden = byId('session-verdict').hidden = true;
    const box = byId('session-gone');
    box.hidden = false;
    box.replaceChildren(make('h2', '', 'The relay does not serve this session'), make('p', '', message[0].toUpperCase() + message.slice(1) + '.'),
      make('p', '', 'Players who still use its tokens are told that they are invalid, and their datagrams are counted as ', make('code', '', 'revoked'), ' or ', make('code', '', 'unknown_session'),
        '. Create a new session and give every player its tokens.'));
  }

  take(body) {
    const { session, users, findings } = body;
    byId('session-live').hidden = false;
    byId('session-gone').hidden = true;
    const state = byId('session-state');
    state.hidden = false;
    say(state, session.state);
    const problems = findings.filter(finding => finding.weight === 'problem').length;
    const verdict = byId('session-verdict');
    verdict.hidden = false;
    verdict.className = 'badge ' + (problems ? 'problem' : 'good');
    say(verdict, problems === 0 ? 'everybody gets through' : problems === 1 ? '1 problem' : `${problems} problems`);
    const heard = users.filter(user => user.endpoint).length;
    this.tiles.set('Players', `${heard} / ${users.length}`, 'heard now, the host among them', heard < users.length);
    this.tiles.set('Host', session.host ? `user ${session.host}` : 'nobody', session.host_endpoint ? `${session.host_endpoint}, ${ago(session.host_silence)}` : '', !session.host);
    this.tiles.set('From all players', number(session.rate.datagrams) + '/s', `${bits(session.rate.bytes)}; peak ${number(session.peak.datagrams)}/s`);
    const total = key => users.reduce((sum, user) => sum + user.usage[key], 0);
    this.tiles.set('Carried', `${bytes(total('bytes_from'))} / ${bytes(total('bytes_to'))}`, `from and to those who are here; ${count(total('datagrams_from'))} datagrams in, ${count(total('datagrams_to'))} out`);
    this.tiles.set('Ports', `${session.server_port} / ${session.client_port}`, 'host / players, UDP');
    this.tiles.set('Age', span(session.age), session.silence === undefined ? '' : `last heard ${ago(session.silence)}`);
    this.showFindings(body);
    this.players.show(users.map(user => ({ ...user, key: user.number })));
    byId('session-drops-section').hidden = session.drops.length === 0;
    say(byId('session-drops'), SessionView.dropText(session.drops));
    this.samples.push(body);
    if (this.samples.length > SessionView.length + 10) this.samples.shift();
    this.draw();
  }

  showFindings({ session, users, revoked, findings }) {
    const general = findings.filter(finding => finding.about === 'session');
    const box = byId('session-findings');
    box.hidden = general.length === 0;
    SessionView.fill(box, general);
    const numbers = [...users.map(user => user.number), ...revoked];
    const present = new Set(numbers);
    for (const [key, entry] of this.boxes) if (!present.has(key)) { entry.box.remove(); this.boxes.delete(key); }
    for (const value of numbers) {
      const user = users.find(candidate => candidate.number === value);
      const own = findings.filter(finding => finding.about === 'user' && finding.user === value);
      let entry = this.boxes.get(value);
      if (!entry) {
        entry = { role: make('span', 'quiet role'), state: make('span', 'badge'), list: make('div') };
        entry.box = make('div', 'box', make('div', 'bar', make('h3', '', `Player ${value}`), entry.role, make('span', 'space'), entry.state), entry.list);
        entry.box.dataset.player = value;
        entry.role.title = 'the address that the API was told';
        this.boxes.set(value, entry);
      }
      const worst = ['problem', 'note', 'good'].find(weight => own.some(finding => finding.weight === weight)) ?? 'note';
      say(entry.role, !user ? 'revoked' : (user.is_host ? 'host, ' : '') + user.address + (user.is_pinned ? ', pinned to it' : ''));
      entry.state.className = 'badge ' + worst;
      say(entry.state, !user ? 'cut off' : worst === 'problem' ? 'problem' : user.endpoint ? 'gets through' : 'not heard');
      entry.box.classList.toggle('bad', worst === 'problem');
      entry.rank = worst === 'problem' ? 0 : 1;
      SessionView.fill(entry.list, own);
    }
    // Who does not get through comes first.
    const ordered = [...this.boxes].sort(([one, first], [other, second]) => first.rank - second.rank || one - other);
    ordered.forEach(([, { box }], index) => {
      const parent = byId('player-findings');
      if (parent.children[index] !== box) parent.insertBefore(box, parent.children[index] ?? null);
    });
    const relay = findings.filter(finding => finding.about === 'relay');
    byId('relay-findings').hidden = relay.length === 0;
    say(byId('relay-findings').querySelector('summary'), `The whole relay dropped datagrams for ${relay.length === 1 ? 'one reason' : relay.length + ' reasons'} in the last second`);
    SessionView.fill(byId('relay-findings').querySelector('.findings').parentNode, relay, byId('relay-findings').querySelector('.findings'));
  }

  // The list stays the same elements as long as it says the same kinds of things.
  static fill(parent, findings, given = null) {
    let list = given ?? parent.querySelector('.findings');
    if (!list) { list = make('ul', 'findings'); parent.append(list); }
    const kinds = findings.map(finding => finding.code + finding.weight + finding.user).join();
    if (list.dataset.kinds !== kinds) {
      list.dataset.kinds = kinds;
      list.replaceChildren(...findings.map(finding => make('li', '', make('span', 'badge ' + finding.weight, finding.weight), make('span'), make('span', 'advice'))));
    }
    findings.forEach((finding, index) => {
      const [, what, advice] = list.children[index].children;
      say(what, finding.what);
      say(advice, finding.advice ?? '');
      advice.hidden = !finding.advice;
    });
  }

  draw() {
    const last = this.samples.at(-1);
    const times = this.samples.map(sample => sample.clock);
    const length = Math.min(SessionView.length, Math.max(60, last.clock - times[0]));
    const frame = { times, end: last.clock, wall: last.now, length };
    // Those who send most, in order of their numbers: a line keeps its color while they are the same.
    const shown = [...last.users].sort((one, other) => other.usage.bytes_from - one.usage.bytes_from)
      .slice(0, SessionView.lines).sort((one, other) => one.number - other.number);
    const series = of => shown.map((user, index) => ({
      name: (user.is_host ? 'host ' : 'player ') + user.number, color: 'c' + (index + 1),
      values: this.samples.map(sample => {
        const then = sample.users.find(candidate => candidate.number === user.number);
        return then ? of(then) ?? null : null;
      }),
    }));
    this.rateChart.show({ ...frame, series: series(user => user.rate.datagrams) });
    this.jitterChart.show({ ...frame, series: series(user => user.link.jitter) });
  }
}
