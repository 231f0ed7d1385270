// Opens pages of `canaryform report` in a real Chromium, as reviewers do.
//
//     node report_page.mjs MODULES PAGE.html...
//
// MODULES is a folder with the npm packages playwright-core and axe-core. At three widths, in light and in dark: nothing is
// said on the console, nothing is loaded, no script of the template runs, the page is not wider than the window, and
// axe-core finds nothing serious. Every link leads to something that is then in sight, the keyboard reaches all that
// scrolls, and the page prints. Exit 1 with all that is wrong. With PICTURES=FOLDER a picture of each goes there.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [modules, ...pages] = process.argv.slice(2);
const require = createRequire(path.resolve(modules, 'node_modules', 'x.js'));
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

const faults = [];
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
for (const file of pages) {
  const url = pathToFileURL(path.resolve(file)).href;
  const fault = (words) => faults.push(`${path.basename(file)}: ${words}`);
  for (const width of [390, 820, 1440]) {
    for (const colorScheme of ['light', 'dark']) {
      // axe-core is a script of the test's own, which the page's policy would not let run.
      const context = await browser.newContext({ viewport: { width, height: 1000 }, colorScheme, bypassCSP: true });
      const page = await context.newPage();
      page.on('console', (message) => fault(`the console says: ${message.text()}`));
      page.on('pageerror', (error) => fault(`a script fails: ${error}`));
      page.on('request', (request) => {
        if (request.url() !== url && !request.url().startsWith('data:')) fault(`it loads ${request.url()}`);
      });
      await page.goto(url);
      if (!(await page.title()).endsWith('canaryform report')) fault(`a script ran: ${await page.title()}`);
      const scripts = await page.evaluate(() => document.querySelectorAll('script, iframe, object, embed').length);
      if (scripts) fault(`it has ${scripts} scripts or frames`);
      const handlers = await page.evaluate(() =>
        [...document.querySelectorAll('*')].flatMap((it) => it.getAttributeNames()).filter((name) => name.startsWith('on')));
      if (handlers.length) fault(`it has handlers: ${handlers}`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      if (wide > 0) fault(`at ${width} it is ${wide} pixels too wide`);
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => window.axe.run(document));
      for (const { id, impact, nodes } of violations) {
        if (['serious', 'critical'].includes(impact)) {
          fault(`at ${width} ${colorScheme} axe finds ${id}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 120)).join(' | ')}`);
        }
      }
      if (process.env.PICTURES) {
        const name = `${path.basename(file, '.html')}-${width}-${colorScheme}.png`;
        await page.screenshot({ path: path.join(process.env.PICTURES, name), fullPage: true });
      }
      await context.close();
    }
  }
  // With the page's own policy, and without smooth scrolling, so that a link has arrived at once.
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.on('console', (message) => fault(`the console says: ${message.text()}`));
  await page.goto(url);
  if (!(await page.title()).endsWith('canaryform report')) fault('a script ran');
  await page.evaluate(() => document.querySelectorAll('details').forEach((details) => { details.open = true; }));
  const links = await page.locator('a[href^="#"]').count();
  for (let index = 0; index < links; index += Math.max(1, Math.floor(links / 60))) {
    const link = page.locator('a[href^="#"]').nth(index);
    const target = await link.getAttribute('href');
    await link.evaluate((element) => element.click());
    const seen = await page.evaluate((target) => {
      const element = document.getElementById(target.slice(1));
      if (!element) return 'is nowhere';
      const { top, bottom } = element.getBoundingClientRect();
      return bottom > 0 && top < window.innerHeight ? '' : `is out of sight (${top} to ${bottom})`;
    }, target);
    if (seen) fault(`the link to ${target} leads where it ${seen}`);
  }
  // All that scrolls can be reached by keyboard.
  const unreachable = await page.evaluate(() =>
    [...document.querySelectorAll('.scroll, .pane')].filter((it) => it.tabIndex !== 0 || !it.getAttribute('role')).length);
  if (unreachable) fault(`${unreachable} parts that scroll cannot be reached by keyboard`);
  await page.goto(url);
  await page.keyboard.press('Tab');
  if ((await page.evaluate(() => document.activeElement?.className)) !== 'skip') fault('the first stop is not the skip link');
  const paper = await page.pdf({ format: 'A4' });
  if (paper.length < 5000) fault('it does not print');
  await context.close();
}
await browser.close();
for (const fault of faults) console.log(fault);
console.log(`${pages.length} pages, ${faults.length} faults`);
process.exit(faults.length ? 1 : 0);
