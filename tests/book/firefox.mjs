// node firefox.mjs PROGRAM URL SCRIPT...: opens the page anew for each script, an async function's body; prints what they return.
import puppeteer from "puppeteer-core";

const [program, url, ...scripts] = process.argv.slice(2), came = [];
const browser = await puppeteer.launch({browser: "firefox", executablePath: program, headless: true, protocolTimeout: 300000});
try {
  const page = await browser.newPage();
  for (const script of scripts) {
    await page.goto(url);
    came.push(await page.evaluate(script));
  }
  console.log(JSON.stringify(came));
} finally {
  await browser.close();
}
