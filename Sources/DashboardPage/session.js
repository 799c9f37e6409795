
// One session: why its players do or do not get through, and how well.
class SessionView {
  static length = 300;
  static lines = 6;

  constructor() {
    this.tiles = new Tiles(byId('session-tiles'));
    const charts = byId('session-charts');
    const empty = 'a second or two, then there is something to see';
    this.rateChart = new Chart(charts, { title: 'Datagrams a second from each user', isFilled: false, empty });
    this.jitterChart = new Chart(charts, { title: 'Jitter of each user', format: milliseconds, isFilled: false, empty: 'no user has sent enough PINGs yet' });
    this.users = new Table(byId('users'), [
      { name: 'User', by: user => user.number, show: (cell, user) => say(cell, user.number + (user.is_host ? ', host' : user.connection_id !== user.number ? `, id ${user.connection_id}` : '')) },
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

  forget() { this.samples = []; this.boxes = new Map(); byId('user-findings').replaceChildren(); }

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
    const problems = findings.filter(finding => finding.weight === 'problem');
    const through = users.filter(user => user.standing === 'gets_through').length;
    const isWell = through === users.length && users.length > 0;
    const verdict = byId('session-verdict');
    verdict.hidden = false;
    verdict.className = 'badge ' + (problems.length ? 'problem' : isWell ? 'good' : 'note');
    say(verdict, problems.length === 1 ? '1 problem' : problems.length ? `${problems.length} problems`
      : isWell ? 'everybody gets through' : `${through} of ${users.length} get through`);
    const isTroubled = code => problems.some(finding => finding.code === code);
    this.tiles.set('Users', `${users.filter(user => user.endpoint).length} / ${users.length}`, `heard now, the host among them; ${through} get through`,
      users.some(user => user.standing === 'problem'));
    this.tiles.set('Host', session.host ? `user ${session.host}` : 'nobody', session.host_endpoint ? `${session.host_endpoint}, ${ago(session.host_silence)}` : '',
      ['nobody_came', 'no_host', 'host_not_back', 'host_silent', 'host_quiet'].some(isTroubled));
    this.tiles.set('From all users', number(session.rate.datagrams) + '/s', `${bits(session.rate.bytes)}; peak ${number(session.peak.datagrams)}/s`);
    const total = key => users.reduce((sum, user) => sum + user.usage[key], 0);
    this.tiles.set('Carried from users', bytes(total('bytes_from')), `${count(total('datagrams_from'))} datagrams, of those who are here`);
    this.tiles.set('Carried to users', bytes(total('bytes_to')), `${count(total('datagrams_to'))} datagrams`);
    this.tiles.set('Ports', `${session.server_port} / ${session.client_port}`, 'server / client, UDP');
    this.tiles.set('Age', span(session.age), session.silence === undefined ? '' : `last heard ${ago(session.silence)}`);
    this.showFindings(body);
    this.users.show(users.map(user => ({ ...user, key: user.number })));
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
        entry.box = make('div', 'box', make('div', 'bar', make('h3', '', `User ${value}`), entry.role, make('span', 'space'), entry.state), entry.list);
        entry.box.dataset.user = value;
        entry.role.title = 'the address that the API was told';
        this.boxes.set(value, entry);
      }
      const [state, weight] = SessionView.standing(user);
      say(entry.role, !user ? 'revoked' : (user.is_host ? 'host, ' : '') + user.address + (user.is_pinned ? ', pinned to it' : ''));
      entry.state.className = 'badge ' + weight;
      say(entry.state, state);
      entry.box.classList.toggle('bad', weight === 'problem');
      entry.rank = ['problem', 'note', 'good', ''].indexOf(weight);
      SessionView.fill(entry.list, own);
    }
    // Who does not get through comes first.
    const ordered = [...this.boxes].sort(([one, first], [other, second]) => first.rank - second.rank || one - other);
    ordered.forEach(([, { box }], index) => {
      const parent = byId('user-findings');
      if (parent.children[index] !== box) parent.insertBefore(box, parent.children[index] ?? null);
    });
    const relay = findings.filter(finding => finding.about === 'relay');
    byId('relay-findings').hidden = relay.length === 0;
    say(byId('relay-findings').querySelector('summary'), `The whole relay dropped datagrams for ${relay.length === 1 ? 'one reason' : relay.length + ' reasons'} in the last second`);
    SessionView.fill(byId('relay-findings').querySelector('.findings').parentNode, relay, byId('relay-findings').querySelector('.findings'));
  }

  // What the relay says of a user, and how much it matters. Who is revoked is no user any more.
  static standing(user) {
    if (!user) return ['cut off', ''];
    return { gets_through: ['gets through', 'good'], waits_for_host: ['waits for the host', 'note'], not_heard: ['not heard yet', 'note'] }[user.standing] ?? ['problem', 'problem'];
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
      name: (user.is_host ? 'host ' : 'user ') + user.number, color: 'c' + (index + 1),
      values: this.samples.map(sample => {
        const then = sample.users.find(candidate => candidate.number === user.number);
        return then ? of(then) ?? null : null;
      }),
    }));
    this.rateChart.show({ ...frame, series: series(user => user.rate.datagrams) });
    this.jitterChart.show({ ...frame, series: series(user => user.link.jitter) });
  }
}
