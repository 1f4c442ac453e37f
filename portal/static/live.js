/* The live channel: who opens the record appears on the page as it happens.

   The line carries wake-ups only, never content: {"tenant": slug, "seq": n, "type": ...}. On one, the page asks the
   server for the list as HTML (`data-live-src`, of the list itself or else of the body) and puts in what is new. The
   page gives its cursors first, {"last": {slug: n}}, so that whatever was missed is told again, and learns from
   {"type": "from", "last": {...}} those that it did not have; links are known by `data-entry`,
   so that nothing shows twice. Without a list on the page a note says who came.
   The other end: portal/live/consumers.py. */

import { channel } from "./channel.js";

const ENDED = new Set([4400, 4401]); // not understood, or signed out: do not come back

const body = document.body;
const list = document.querySelector("ol[data-live-src]");
const source = (list ?? body).dataset.liveSrc;
const state = document.querySelector("[data-live-state]");
const speaker = document.querySelector("[data-live-say]");
const last = JSON.parse(body.dataset.liveLast || "{}");
const told = new Set();

const TRY_AGAIN = 5_000;
let closing;
let up = false, stale = false, ended = false, asking = false, again = false;

function show(name) {
  if (!state) return;
  state.hidden = false;
  state.classList.toggle("line-state--lost", name !== "live");
  state.textContent = state.dataset[name];
}

const line = channel({
  socket: "/ws/notifications/",
  events: "/live/events/",
  ended: ENDED,
  hello: () => JSON.stringify({ last }),
  opened(anew) {
    up = true;
    stale ||= anew;
    show("live");
  },
  heard: hear,
  lost() {
    up = false;
    show(navigator.onLine ? "lost" : "offline");
  },
  over() {
    ended = true;
    show("ended");
  },
});

function hear(message) {
  if (message.type === "from") return begin(message.last);
  if (message.seq === undefined || message.seq <= (last[message.tenant] ?? -1)) return;
  last[message.tenant] = message.seq;
  refresh();
}

/* What came before these positions is told to nobody: a page that did not know them looks now, and not earlier. */
function begin(positions) {
  for (const slug in positions) {
    stale ||= last[slug] === undefined;
    last[slug] ??= positions[slug];
  }
  if (stale) refresh();
  stale = false;
}

async function refresh() {
  if (asking) {
    again = true;
    return;
  }
  asking = true;
  const answered = await ask();
  asking = false;
  if (ended) return;
  show(!answered ? "lost" : up ? "live" : navigator.onLine ? "lost" : "offline");
  const more = again;
  again = false;
  if (!answered) closing = setTimeout(refresh, TRY_AGAIN * (0.5 + Math.random()));
  else if (more) refresh();
}

async function ask() {
  clearTimeout(closing);
  try {
    const answer = await fetch(source, { headers: { "X-Live": "1" }, cache: "no-store", redirect: "error" });
    if (answer.ok) take(await answer.text());
    return answer.ok;
  } catch {
    return false;
  }
}

function take(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").querySelectorAll("li[data-entry]");
  const arrived = list ? merge([...fresh]) : [...fresh].filter(isNews);
  for (const link of arrived.filter((each) => each.dataset.time).reverse()) announce(link);
  if (document.querySelector('[data-version^="open"], [data-version^="pending"]')) closing = setTimeout(refresh, 20_000);
}

const shown = (item) => list.querySelector(`:scope > [data-entry="${CSS.escape(item.dataset.entry)}"]`);

/* The fragment is the top of the list in order: what is known stays where it is, the rest goes in between. Where it
   does not reach down to anything known, more came than it holds, and the whole page is asked for. */
function merge(fresh) {
  let next = list.firstElementChild;
  const arrived = [];
  const links = fresh.filter((each) => each.dataset.time);
  if (links.length && list.querySelector(":scope > [data-time]") && !links.some(shown)) location.reload();
  for (const item of fresh) {
    const known = shown(item);
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
  if (!list) note(who, says, link.classList.contains("link--alarm"));
}

function note(who, says, alarm) {
  const pattern = document.querySelector("template[data-live-toast]");
  const stack = document.querySelector("[data-live-toasts]");
  if (!pattern || !stack) return;
  const toast = pattern.content.cloneNode(true).firstElementChild;
  toast.classList.toggle("toast-note--alarm", alarm);
  toast.querySelector("[data-who]").textContent = who;
  toast.querySelector("[data-says]").textContent = says;
  toast.querySelector("button").onclick = () => toast.remove();
  stack.append(toast);
  while (stack.children.length > 3) stack.firstElementChild.remove();
}

function wake() {
  if (document.visibilityState !== "visible" || ended) return;
  line.check();
  refresh();
}

function leave() {
  ended = true;
  line.close();
}

if (source) {
  document.addEventListener("visibilitychange", wake);
  addEventListener("online", line.open);
  addEventListener("offline", () => show("offline"));
  addEventListener("pagehide", leave);
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    ended = false;
    wake();
  });
  document.querySelector("form[action$='/logout/']")?.addEventListener("submit", leave);
  if (navigator.onLine) line.open();
  else show("offline");
}
