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

for (const { name, url, cookie } of pages) {
  for (const screen of ["desktop", "mobile"]) {
    const chrome = await launch(options); // each time a new one: a cookie that a page set would stand before ours
    const flags = { port: chrome.port, onlyCategories: CATEGORIES, extraHeaders: { Cookie: cookie }, logLevel: "silent" };
    const { lhr } = await lighthouse(url, flags, screen === "desktop" ? desktopConfig : undefined);
    if (lhr.runtimeError) throw new Error(`${name}: ${lhr.runtimeError.message}`);
    if (lhr.finalDisplayedUrl !== url) throw new Error(`${name}: led to ${lhr.finalDisplayedUrl}`);
    console.log(JSON.stringify({ name, screen, ...figures(lhr) }));
    await chrome.kill();
  }
}
