/* A clinician's open page of a record: when the access to it ends, what is shown is taken away.

   The page is loaded again, so that the server says what is open now; it answers as to any other request. A page that
   comes back from the browser's own store is loaded again as well. The other end: portal/live/charts.py. */

const LONGEST_WAIT = 30_000;
const ENDED = new Set([4401, 4403]); // signed out, or no access: do not come back

const chart = document.querySelector("[data-live-chart]");
let attempts = 0;

function connect() {
  const address = new URL(chart.dataset.liveChart, location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(address);
  socket.onopen = () => (attempts = 0);
  socket.onmessage = (event) => JSON.parse(event.data).type === "access.ended" && close();
  socket.onclose = (event) => {
    if (ENDED.has(event.code)) return close();
    const most = Math.min(LONGEST_WAIT, 500 * 2 ** Math.min(attempts++, 8));
    setTimeout(connect, most * (0.25 + 0.75 * Math.random()));
  };
}

function close() {
  chart.replaceChildren();
  location.reload();
}

if (chart) {
  addEventListener("pageshow", (event) => event.persisted && location.reload());
  connect();
}
