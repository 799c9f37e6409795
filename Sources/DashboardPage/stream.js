
// Server-sent events by fetch, since EventSource can send no Authorization header. Comes back after a pause that grows.
class Stream {
  static silence = 6000;
  static longestPause = 30;

  // `told(name, data)` for every event; `changed(state, text, pause)` with 'connecting', 'live' or 'lost';
  // `refused(status, message)` where trying again is of no use.
  constructor(told, changed, refused) { Object.assign(this, { told, changed, refused }); this.failures = 0; this.run = 0; }

  open(path, key) {
    this.close();
    Object.assign(this, { path, key });
    this.failures = 0;
    this.changed('connecting');
    this.connect();
  }

  close() {
    this.run += 1;
    clearTimeout(this.timer);
    clearTimeout(this.watchdog);
    this.abort?.abort();
    this.abort = null;
  }

  retryNow() {
    clearTimeout(this.timer);
    this.connect();
  }

  async connect() {
    this.run += 1;
    const run = this.run;
    this.abort?.abort();
    const abort = this.abort = new AbortController();
    const listen = () => {
      clearTimeout(this.watchdog);
      this.watchdog = setTimeout(() => abort.abort(), Stream.silence);
    };
    let reason = 'the relay has ended the connection';
    try {
      listen();
      const answer = await fetch(this.path, {
        headers: { Authorization: 'token ' + this.key }, cache: 'no-store', credentials: 'omit', redirect: 'error',
        referrerPolicy: 'no-referrer', signal: abort.signal,
      });
      if (run !== this.run) return;
      if (!answer.ok) {
        const message = (await answer.json().catch(() => ({}))).message ?? `the relay answered ${answer.status}`;
        if (run !== this.run) return;
        if ([400, 401, 403, 404].includes(answer.status)) {
          this.close();
          this.refused(answer.status, message);
          return;
        }
        reason = message;
      } else {
        await this.read(answer, run, listen);
      }
    } catch {
      reason = abort.signal.aborted ? 'the relay has been silent for six seconds' : 'the relay does not answer';
    }
    if (run === this.run) this.lose(reason);
  }

  async read(answer, run, listen) {
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (true) {
      const { value, done } = await reader.read();
      if (run !== this.run || done) return;
      listen();
      text += value;
      let end;
      while ((end = text.indexOf('\n\n')) >= 0) {
        this.take(text.slice(0, end));
        text = text.slice(end + 2);
        if (run !== this.run) return;
      }
    }
  }

  take(block) {
    let name = 'message', data = '';
    for (const line of block.split('\n')) {
      if (line.startsWith('event: ')) name = line.slice(7);
      if (line.startsWith('data: ')) data += line.slice(6);
    }
    if (!data) return;
    this.failures = 0;
    this.changed('live');
    this.told(name, JSON.parse(data));
  }

  lose(reason) {
    clearTimeout(this.watchdog);
    this.abort?.abort();
    this.failures += 1;
    // Somewhat apart, so that all the pages that lost one relay do not come back in the same moment.
    const pause = Math.min(Stream.longestPause, 2 ** (this.failures - 1)) * (0.8 + 0.4 * Math.random());
    this.changed('lost', reason, pause);
    this.timer = setTimeout(() => this.connect(), pause * 1000);
  }
}
