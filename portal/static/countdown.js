/* Emergency access as it runs out: what the server wrote is counted on, second by second. When it is over, the page is
   loaded again, so that the server says what is open now. Without JavaScript the page says what was left when it came. */

for (const countdown of document.querySelectorAll("[data-ends]")) {
  const time = countdown.querySelector("time");
  const meter = countdown.querySelector("progress");
  const ends = Number(countdown.dataset.ends) * 1000;

  const show = () => {
    const left = Math.max(0, Math.ceil((ends - Date.now()) / 1000));
    const said = { hours: Math.floor(left / 3600), minutes: Math.floor(left / 60) % 60, seconds: left };
    const words = countdown.dataset;
    const pattern = left < 60 ? words.seconds : said.hours ? words.hours : words.minutes;
    const text = pattern.replace(/\{(\w+)\}/g, (_, name) => said[name]);
    if (time.textContent !== text) time.textContent = text;
    time.dateTime = `PT${left}S`;
    meter.value = left / 60;
    if (left) setTimeout(show, 1000 - (Date.now() % 1000));
    else setTimeout(() => location.reload(), 1000);
  };
  show();
}
