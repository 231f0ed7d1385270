// Reads YAML with two readers of JavaScript, for readers.py.
//
//     node readers.mjs        with the packages js-yaml and yaml in a folder that NODE_PATH names
//
// In: a line of JSON for each text. Out: a line for each of them, with what each reader makes of it: {"js-yaml": {"tree": ...},
// "yaml": {"fault": ...}}. Functions come in their long form.

import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";

const load = createRequire(join(process.env.NODE_PATH, "readers.mjs"));
const jsYaml = load("js-yaml");
const yaml = load("yaml");

const FUNCTIONS = ["And", "Base64", "Cidr", "Condition", "Contains", "EachMemberEquals", "EachMemberIn", "Equals", "FindInMap", "GetAtt",
  "GetAZs", "If", "ImportValue", "Join", "Length", "Not", "Or", "Ref", "RefAll", "Select", "Split", "Sub", "ToJsonString", "Transform",
  "ValueOf", "ValueOfAll"];

function longForm(name, argument) {
  if (name === "GetAtt" && typeof argument === "string") {
    const dot = argument.indexOf(".");
    argument = dot < 0 ? [argument] : [argument.slice(0, dot), argument.slice(dot + 1)];
  }
  return { [name === "Ref" || name === "Condition" ? name : `Fn::${name}`]: argument };
}

const schema = jsYaml.DEFAULT_SCHEMA.extend(
  FUNCTIONS.flatMap((name) =>
    ["scalar", "sequence", "mapping"].map((kind) => new jsYaml.Type(`!${name}`, { kind, construct: (argument) => longForm(name, argument) }))));

// A tag's resolver gets a text or a collection whose items are nodes.
const customTags = FUNCTIONS.flatMap((name) => [
  { tag: `!${name}`, resolve: (text) => longForm(name, text) },
  ...["seq", "map"].map((collection) => ({
    tag: `!${name}`,
    collection,
    resolve: (node) => {
      const document = new yaml.Document();
      const made = new yaml.YAMLMap();
      made.add(new yaml.Pair(document.createNode(Object.keys(longForm(name, null))[0]), node));
      return made;
    },
  })),
]);

const READERS = {
  "js-yaml": (text) => jsYaml.load(text, { schema }),
  yaml: (text) => yaml.parse(text, { customTags, maxAliasCount: -1, logLevel: "error" }),
  "yaml 1.1": (text) => yaml.parse(text, { customTags, version: "1.1", logLevel: "error" }),
};

for await (const line of createInterface({ input: process.stdin })) {
  const text = JSON.parse(line);
  const answer = {};
  for (const [name, read] of Object.entries(READERS)) {
    try {
      answer[name] = { tree: read(text) };
    } catch (error) {
      answer[name] = { fault: String(error.message) };
    }
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
