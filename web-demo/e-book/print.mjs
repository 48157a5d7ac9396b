// Prints e-book.html to the PDF that the shop offers: node web-demo/e-book/print.mjs
import {chromium} from 'playwright-core';
import {fileURLToPath} from 'node:url';

const here = name => new URL(name, import.meta.url);
const browser = await chromium.launch({executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu']});
try {
  const page = await browser.newPage();
  await page.goto(here('e-book.html').href);
  await page.evaluate(() => document.fonts.ready);
  await page.pdf({path: fileURLToPath(here('../site/downloads/nordwerk-antriebe-auslegen.pdf')), preferCSSPageSize: true, printBackground: true, tagged: true});
} finally {
  await browser.close();
}
