
// Which view is shown, with which key, and whether the figures are of now.
const keyName = 'causeway-key';
const overview = new Overview();
const sessionView = new SessionView();
let lastHeard = null, countdown = null, shownSession = null;

const stream = new Stream(
  (name, data) => {
    lastHeard = new Date();
    if (name === 'history') overview.takeHistory(data);
    if (name === 'overview') { overview.take(data); showHead(data.status); reveal('overview'); }
    if (name === 'session' && data.session.id === shownSession) {
      sessionView.take(data);
      showHead({ version: data.version, phase: data.phase, uptime: data.clock });
      reveal('session');
    }
    if (name === 'ended') { stream.close(); showConnection('ended'); sessionView.gone(data.message); }
  },
  (state, reason, pause) => showConnection(state, reason, pause),
  (status, message) => {
    if (status === 401 || status === 403) askForKey(message);
    else if (shownSession === null) location.hash = '#/';
    else { showConnection('ended'); reveal('session'); sessionView.gone(message); }
  },
);

function showConnection(state, reason = '', pause = 0) {
  clearInterval(countdown);
  const names = { connecting: 'connecting', live: 'live', lost: 'connection lost', ended: '', locked: '' };
  const place = byId('connection');
  say(place, names[state]);
  place.hidden = !names[state];
  place.className = 'connection ' + state;
  document.body.classList.toggle('stale', state === 'lost');
  byId('banner').hidden = state !== 'lost';
  if (state !== 'lost') return;
  say(byId('banner-title'), 'Connection lost.');
  const until = Date.now() + pause * 1000;
  const tell = () => {
    const left = Math.ceil((until - Date.now()) / 1000);
    const since = lastHeard ? `What you see is of ${clockTime(lastHeard / 1000)}. ` : '';
    say(byId('banner-text'), `${reason[0].toUpperCase()}${reason.slice(1)}. ${since}${left > 0 ? `Trying again in ${left} s.` : 'Trying again…'}`);
  };
  tell();
  countdown = setInterval(tell, 500);
}

function showHead(status) {
  const phase = byId('phase');
  phase.hidden = false;
  phase.className = 'badge ' + (status.phase === 'serving' ? 'good' : 'note');
  const drain = status.drain;
  say(phase, drain ? `draining: ${count(drain.sessions)} sessions left` : status.phase);
  say(byId('version'), `${status.version}, up ${span(status.uptime)}`);
}

function reveal(view) {
  for (const id of ['gate', 'overview', 'session']) byId(id).hidden = id !== view;
  byId('forget').hidden = view === 'gate';
}

function askForKey(message) {
  stream.close();
  sessionStorage.removeItem(keyName);
  overview.forget();
  sessionView.forget();
  lastHeard = null;
  byId('phase').hidden = true;
  say(byId('version'), '');
  showConnection('locked');
  reveal('gate');
  const problem = byId('gate-problem');
  problem.hidden = !message;
  say(problem, message ? message[0].toUpperCase() + message.slice(1) + '.' : '');
  byId('key').focus();
}

function follow() {
  const key = sessionStorage.getItem(keyName);
  if (!key) return askForKey('');
  const session = location.hash.match(/^#\/session\/(.+)$/), list = location.hash.match(/^#\/(live|problems)?\/?(?:page\/([0-9]+))?$/);
  shownSession = null;
  if (session) {
    try { shownSession = decodeURIComponent(session[1]); } catch { shownSession = session[1]; }
    sessionView.open(shownSession);
    reveal('session');
    document.title = `${shownSession} – Causeway`;
    stream.open('/dashboard/events?session=' + encodeURIComponent(shownSession), key);
  } else {
    overview.before = null;
    byId('find-text').value = '';
    document.title = 'Causeway';
    // Until there is something, there is nothing to see but that it connects.
    if (overview.now) reveal('overview'); else { reveal(''); }
    const query = new URLSearchParams({ ...(list?.[1] && { show: list[1] }), ...(list?.[2] && { page: list[2] }) }).toString();
    stream.open('/dashboard/events' + (query && '?' + query), key);
  }
  scrollTo(0, 0);
}

byId('gate').addEventListener('submit', event => {
  event.preventDefault();
  const key = byId('key').value.trim();
  byId('key').value = '';
  // What a header cannot carry is no key; fetch would fail on it without a word.
  if (!/^[\x21-\x7e]+$/.test(key)) return askForKey('this is no API key: it has characters that no key has');
  sessionStorage.setItem(keyName, key);
  follow();
});
byId('forget').addEventListener('click', () => askForKey(''));
byId('retry').addEventListener('click', () => stream.retryNow());
addEventListener('hashchange', follow);
follow();
