/* A clinician's open page of a record: when the access to it ends, what is shown is taken away.

   The page says so in the words that the server sent along. It is not loaded again: that would stand in the patient's
   history as an attempt that nobody made, and would overtake the answer to "End now". Whoever was signed out is led to
   sign in, and a page that comes back from the browser's own store is loaded again. The other end:
   portal/live/charts.py. */

import { channel } from "./channel.js";

const SIGNED_OUT = 4401, NO_ACCESS = 4403;
const ENDED = new Set([SIGNED_OUT, NO_ACCESS]); // do not come back

const chart = document.querySelector("[data-live-chart]");

function close(code) {
  const words = document.querySelector("#access-ended");
  for (const basis of document.querySelectorAll(".basis")) basis.remove();
  if (words) {
    chart.replaceChildren(words.content);
    chart.classList.remove("cols", "cols--aside");
    words.remove();
  }
  if (code === SIGNED_OUT) location.reload();
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
