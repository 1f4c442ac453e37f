/* A line to the server that mends itself: a WebSocket, or server-sent events where no socket opens.

   channel({ socket, events, ended, hello, opened, heard, lost, over }) returns { open, close, check }.
     socket, events   the two addresses; both say the same (portal/live/events.py)
     ended            close codes after which nobody comes back
     hello()          what to say first on a socket; a stream is asked for again by the id of its last event
     opened(again)    heard(message)    lost()    over(code)
   A line that was silent for longer than the server's heart beats counts as lost. */

const WATCH = 15_000;
const SILENCE = 50_000; // the server's heart beats every 20 s
const LONGEST_WAIT = 30_000;

export function channel({ socket, events, ended, hello, opened, heard, lost, over }) {
  let line, watch, retry;
  let last = 0, attempts = 0, times = 0;
  let sockets = false, done = false;

  function open() {
    clearTimeout(retry);
    if (done || !navigator.onLine) return;
    const former = line;
    line = !sockets && attempts % 2 ? stream() : webSocket();
    former?.close();
  }

  function webSocket() {
    const address = new URL(socket, location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    const mine = new WebSocket(address);
    mine.onopen = () => {
      sockets = true; // one has opened: where the next does not, the server is away and not the way barred
      if (hello) mine.send(hello());
      begin();
    };
    mine.onmessage = (event) => take(event.data);
    mine.onclose = (event) => mine === line && fell(event.code);
    return mine;
  }

  function stream() {
    const mine = new EventSource(events);
    mine.onopen = begin;
    mine.onmessage = (event) => take(event.data);
    mine.onerror = () => {
      if (mine !== line) return;
      if (mine.readyState === EventSource.CLOSED) fell();
      else lost(); // the browser comes back by itself, with the id of the last event
    };
    mine.addEventListener("closed", (event) => {
      mine.close();
      if (mine === line) fell(Number(event.data));
    });
    return mine;
  }

  function begin() {
    last = Date.now();
    clearInterval(watch);
    watch = setInterval(check, WATCH);
    attempts = 0;
    opened(times++ > 0);
  }

  function take(text) {
    last = Date.now();
    heard(JSON.parse(text));
  }

  /* Also when the tab wakes: a line that died in its sleep has not said so. */
  function check() {
    if (line?.readyState === 1 && Date.now() - last > SILENCE) drop();
    if (!line || line.readyState > 1) open();
  }

  function drop() {
    const silent = line;
    line = null; // a dead socket takes minutes to close
    silent.close();
    fell();
  }

  function fell(code) {
    clearInterval(watch);
    clearTimeout(retry);
    done ||= ended.has(code);
    if (done) return over(code);
    lost();
    retry = setTimeout(open, pause());
  }

  /* Full jitter: a thousand pages do not come back in the same second. */
  function pause() {
    const most = Math.min(LONGEST_WAIT, 500 * 2 ** Math.min(attempts++, 8));
    return most * (0.25 + 0.75 * Math.random());
  }

  function close() {
    const former = line;
    line = null;
    clearInterval(watch);
    clearTimeout(retry);
    former?.close();
  }

  return { open, close, check };
}
