/* A clinician's open page of a record: when the access to it ends, what is shown is taken away.

   The page is loaded again, so that the server says what is open now; it answers as to any other request. A page that
   comes back from the browser's own store is loaded again as well. The other end: portal/live/charts.py. */

import { channel } from "./channel.js";

const ENDED = new Set([4401, 4403]); // signed out, or no access: do not come back

const chart = document.querySelector("[data-live-chart]");

function close() {
  chart.replaceChildren();
  location.reload();
}

if (chart) {
  const socket = chart.dataset.liveChart;
  const line = channel({
    socket,
    events: socket.replace("/ws/", "/live/"),
    ended: ENDED,
    opened() {},
    heard: (message) => message.type === "access.ended" && close(),
    lost() {},
    over: close,
  });
  addEventListener("pageshow", (event) => event.persisted && location.reload());
  addEventListener("online", line.open);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && line.check());
  line.open();
}
