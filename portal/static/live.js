/* The live channel: who opens the record appears on the page as it happens.

   The socket carries wake-ups only, never content: {"tenant": slug, "seq": n, "type": ...}. On one, the page asks the
   server for the list as HTML (`data-live-src`, of the list itself or else of the body) and puts in what is new. The
   page gives its cursors first, {"last": {slug: n}}, so that whatever was missed is told again; links are known by
   `data-entry`, so that nothing shows twice. Without a list on the page a note says who came.
   The other end: portal/live/consumers.py. */

const WATCH = 15_000;
const SILENCE = 50_000; // the server's heart beats every 20 s
const LONGEST_WAIT = 30_000;
const ENDED = new Set([4400, 4401]); // not understood, or signed out: do not come back

const body = document.body;
const list = document.querySelector("ol[data-live-src]");
const source = (list ?? body).dataset.liveSrc;
const state = document.querySelector("[data-live-state]");
const speaker = document.querySelector("[data-live-say]");
const last = JSON.parse(body.dataset.liveLast || "{}");
const told = new Set();

let socket, watch, retry, closing;
let heard = 0, attempts = 0;
let ended = false, asking = false, again = false;

function show(name) {
  if (!state) return;
  state.hidden = false;
  state.classList.toggle("line-state--lost", name !== "live");
  state.textContent = state.dataset[name];
}

function connect() {
  clearTimeout(retry);
  if (ended || !navigator.onLine) return show("offline");
  const former = socket;
  const address = new URL("/ws/notifications/", location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  const mine = (socket = new WebSocket(address));
  former?.close();
  mine.onopen = () => {
    heard = Date.now();
    mine.send(JSON.stringify({ last }));
    clearInterval(watch);
    watch = setInterval(() => Date.now() - heard > SILENCE && mine.close(), WATCH);
    if (attempts || !body.dataset.liveLast) refresh(); // without cursors the server begins at now
    attempts = 0;
    show("live");
  };
  mine.onmessage = (event) => {
    heard = Date.now();
    hear(JSON.parse(event.data));
  };
  mine.onclose = (event) => {
    if (mine !== socket) return;
    clearInterval(watch);
    ended ||= ENDED.has(event.code);
    if (ended) return show("ended");
    show(navigator.onLine ? "lost" : "offline");
    retry = setTimeout(connect, pause());
  };
}

/* Full jitter: a thousand pages do not come back in the same second. */
function pause() {
  const most = Math.min(LONGEST_WAIT, 500 * 2 ** Math.min(attempts++, 8));
  return most * (0.25 + 0.75 * Math.random());
}

function hear(message) {
  if (message.seq === undefined || message.seq <= (last[message.tenant] ?? -1)) return;
  last[message.tenant] = message.seq;
  refresh();
}

async function refresh() {
  if (asking) {
    again = true;
    return;
  }
  asking = true;
  try {
    const answer = await fetch(source, { headers: { "X-Live": "1" }, cache: "no-store", redirect: "error" });
    if (answer.ok) take(await answer.text());
  } catch {
    show("lost");
  }
  asking = false;
  if (!again) return;
  again = false;
  refresh();
}

function take(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").querySelectorAll("li[data-entry]");
  const arrived = list ? merge([...fresh]) : [...fresh].filter(isNews);
  for (const link of arrived.filter((each) => each.dataset.time).reverse()) announce(link);
  clearTimeout(closing);
  if (document.querySelector('[data-version^="open"], [data-version^="pending"]')) closing = setTimeout(refresh, 20_000);
}

/* The fragment is the top of the list in order: what is known stays where it is, the rest goes in between. */
function merge(fresh) {
  let next = list.firstElementChild;
  const arrived = [];
  for (const item of fresh) {
    const known = list.querySelector(`:scope > [data-entry="${CSS.escape(item.dataset.entry)}"]`);
    if (!known) {
      list.insertBefore(item, next);
      arrived.push(item);
    } else if (known.dataset.version !== item.dataset.version && !known.contains(document.activeElement)) {
      known.replaceWith(item);
      next = item.nextElementSibling;
    } else next = known.nextElementSibling;
  }
  if (arrived.length) document.querySelectorAll("[data-live-empty]").forEach((each) => each.remove());
  return arrived;
}

function isNews(item) {
  const { entry, time } = item.dataset;
  return Date.parse(time) > Date.parse(body.dataset.liveSince) && !told.has(entry) && told.add(entry);
}

function announce(link) {
  const who = link.querySelector("[data-who]").textContent;
  const says = link.querySelector("[data-says]").textContent;
  if (speaker) speaker.textContent = `${who}. ${says}`;
  if (!list) note(who, says);
}

function note(who, says) {
  const pattern = document.querySelector("template[data-live-toast]");
  const stack = document.querySelector("[data-live-toasts]");
  if (!pattern || !stack) return;
  const toast = pattern.content.cloneNode(true).firstElementChild;
  toast.querySelector("[data-who]").textContent = who;
  toast.querySelector("[data-says]").textContent = says;
  toast.querySelector("button").onclick = () => toast.remove();
  stack.append(toast);
  while (stack.children.length > 3) stack.firstElementChild.remove();
}

function wake() {
  if (document.visibilityState !== "visible" || ended) return;
  if (!socket || socket.readyState > WebSocket.OPEN) connect();
  refresh();
}

function leave() {
  ended = true;
  clearTimeout(retry);
  socket?.close(1000);
}

if (source) {
  document.addEventListener("visibilitychange", wake);
  addEventListener("online", connect);
  addEventListener("offline", () => show("offline"));
  addEventListener("pagehide", leave);
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    ended = false;
    wake();
  });
  document.querySelector("form[action$='/logout/']")?.addEventListener("submit", leave);
  connect();
}
