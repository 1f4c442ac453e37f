/* Measures pages with Lighthouse. stdin: {chromium, screens, pages: [{name, url, cookie: {name, value, domain}}]}; stdout: one JSON object a line. */
import lighthouse, { desktopConfig } from "lighthouse";
import puppeteer from "puppeteer-core";

const CATEGORIES = ["accessibility", "best-practices", "performance"];

let text = "";
for await (const chunk of process.stdin) text += chunk;
const { chromium, screens, pages } = JSON.parse(text);
const options = {
  ...(chromium ? { executablePath: chromium } : { channel: "chrome" }),
  args: [
    // No traffic of the browser's own: it would stand beside ours on a slow line, or wait for an answer that never comes.
    ...["--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
    ...["--no-first-run", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
  ],
};

function figures(report) {
  const requests = report.audits["network-requests"].details.items;
  const worth = (ref) => ref.weight > 0 && (report.audits[ref.id].score ?? 1) < 1;
  return {
    ...Object.fromEntries(CATEGORIES.map((name) => [name, Math.round(report.categories[name].score * 100)])),
    bytes: requests.reduce((sum, each) => sum + (each.transferSize || 0), 0),
    server: Math.round(report.audits["server-response-time"].numericValue),
    short: CATEGORIES.flatMap((name) => report.categories[name].auditRefs.filter(worth).map((ref) => ref.id)),
  };
}

/* Each time a browser that has seen nothing yet. On a busy machine a trace is lost now and then; the third time it counts. */
async function measured({ name, url, cookie }, screen, tries = 3) {
  const browser = await puppeteer.launch(options);
  try {
    const page = await browser.newPage();
    await browser.setCookie(cookie);
    const flags = { onlyCategories: CATEGORIES, logLevel: "silent" };
    const { lhr } = await lighthouse(url, flags, screen === "desktop" ? desktopConfig : undefined, page);
    if (!lhr.runtimeError && lhr.finalDisplayedUrl !== url) throw new Error(`${name}: led to ${lhr.finalDisplayedUrl}`);
    if (!lhr.runtimeError) return figures(lhr);
    if (tries === 1) throw new Error(`${name}: ${lhr.runtimeError.message}`);
  } finally {
    await browser.close();
  }
  return measured({ name, url, cookie }, screen, tries - 1);
}

for (const page of pages)
  for (const screen of screens)
    console.log(JSON.stringify({ name: page.name, screen, ...(await measured(page, screen)) }));
