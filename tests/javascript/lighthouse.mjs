/* Measures pages with Lighthouse. stdin: {chromium, pages: [{name, url, cookie}]}; stdout: one JSON object a line. */
import { launch } from "chrome-launcher";
import lighthouse, { desktopConfig } from "lighthouse";

const CATEGORIES = ["accessibility", "best-practices", "performance"];

let text = "";
for await (const chunk of process.stdin) text += chunk;
const { chromium, pages } = JSON.parse(text);
const options = {
  chromePath: chromium || undefined,
  chromeFlags: ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage"],
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

/* On a busy machine a trace is lost now and then; the third time it counts. */
async function measured(name, url, cookie, screen, tries = 3) {
  const chrome = await launch(options); // each time a new one: a cookie that a page set would stand before ours
  const flags = { port: chrome.port, onlyCategories: CATEGORIES, extraHeaders: { Cookie: cookie }, logLevel: "silent" };
  try {
    const { lhr } = await lighthouse(url, flags, screen === "desktop" ? desktopConfig : undefined);
    if (!lhr.runtimeError && lhr.finalDisplayedUrl !== url) throw new Error(`${name}: led to ${lhr.finalDisplayedUrl}`);
    if (!lhr.runtimeError) return figures(lhr);
    if (tries === 1) throw new Error(`${name}: ${lhr.runtimeError.message}`);
  } finally {
    await chrome.kill();
  }
  return measured(name, url, cookie, screen, tries - 1);
}

for (const { name, url, cookie } of pages)
  for (const screen of ["desktop", "mobile"])
    console.log(JSON.stringify({ name, screen, ...(await measured(name, url, cookie, screen)) }));
