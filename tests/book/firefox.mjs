// node firefox.mjs PROGRAM URL SCRIPT: runs the script, an async function's body, on the page; prints what it returns.
import puppeteer from "puppeteer-core";

const [program, url, script] = process.argv.slice(2);
const browser = await puppeteer.launch({browser: "firefox", executablePath: program, headless: true, protocolTimeout: 300000});
try {
  const page = await browser.newPage();
  await page.goto(url);
  console.log(JSON.stringify(await page.evaluate(script)));
} finally {
  await browser.close();
}
