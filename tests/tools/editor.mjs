// Opens a template with mistakes in the YAML language server, with the schema that canaryform writes, and sees what a
// person would: which lines are marked, what is proposed, what is said of a property.
//
//     editor.mjs FOLDER-OF-NODE-MODULES BINARY
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [modules, binary] = process.argv.slice(2);
const server = join(modules, "node_modules/yaml-language-server/bin/yaml-language-server");
const { createMessageConnection, StreamMessageReader, StreamMessageWriter } = createRequire(resolve(server))("vscode-jsonrpc/node.js");

const TEMPLATE = `# yaml-language-server: $schema=schema.json
Transform: AWS::Serverless-2016-10-31
Resources:
  Greeter:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.13
      Timeut: 3
      AutoPublishAlias: live
      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Hooks:
          PreTrafic: !Ref Check
      Events:
        Nightly:
          Type: Shedule
          Properties: {Schedule: rate(1 day)}
      Environment: !Ref Variables
      MemorySize: !If [IsProd, !FindInMap [Sizes, Prod, Memory], !Select [0, !Split [",", !ImportValue sizes]]]
      Description: !Join [" ", [!Sub "\${AWS::StackName}", !Sub ["\${A}", {A: !GetAtt [Check, Arn]}], !Base64 {Ref: A}]]
      Layers: [!Ref Layer, !GetAtt Layer.Arn]
Conditions:
  IsProd: !And [!Not [!Equals [!Ref Stage, dev]], !Or [!Condition A, !Condition B]]
`;
// The line, and a word of what is said of it.
const MISTAKES = [
  [10, "Timeut"],
  [15, "PreTrafic"],
  [18, "Schedule"],
];
const UNMARKED = [5, 7, 11, 13, 19, 20, 21, 22, 23, 25];

// What the guide says to tell an editor.
const GUIDE = readFileSync(new URL("../../docs/src/tasks/editors.md", import.meta.url), "utf8");
const TOLD = JSON.parse(`{${/```json\n([^`]*)```/.exec(GUIDE)[1]}}`);

const folder = mkdtempSync(join(tmpdir(), "canaryform-editor-"));
const faults = [];
const expect = (holds, words) => holds || faults.push(words);
const process_ = spawn("node", [server, "--stdio"], { stdio: ["pipe", "pipe", "inherit"] });
try {
  writeFileSync(join(folder, "schema.json"), execFileSync(binary, ["schema"], { maxBuffer: 1 << 26 }));
  const path = join(folder, "template.yaml");
  writeFileSync(path, TEMPLATE);
  const uri = pathToFileURL(path).href;
  const connection = createMessageConnection(new StreamMessageReader(process_.stdout), new StreamMessageWriter(process_.stdin));
  const settings = { yaml: { customTags: TOLD["yaml.customTags"], validate: true, completion: true, hover: true, schemaStore: { enable: false } } };
  connection.onRequest("workspace/configuration", ({ items }) => items.map(({ section }) => settings[section] ?? null));
  connection.onRequest("client/registerCapability", () => null);
  const marked = new Promise((done) => connection.onNotification("textDocument/publishDiagnostics", ({ diagnostics }) => diagnostics.length && done(diagnostics)));
  connection.listen();
  await connection.sendRequest("initialize", {
    processId: process.pid,
    rootUri: pathToFileURL(folder).href,
    capabilities: { textDocument: { completion: { completionItem: { snippetSupport: true } }, hover: {} }, workspace: { configuration: true, didChangeConfiguration: {} } },
  });
  connection.sendNotification("initialized", {});
  connection.sendNotification("workspace/didChangeConfiguration", { settings });
  connection.sendNotification("textDocument/didOpen", { textDocument: { uri, languageId: "yaml", version: 1, text: TEMPLATE } });
  const late = new Promise((_, fail) => setTimeout(() => fail(new Error("no answer within a minute")), 60_000).unref());
  const diagnostics = await Promise.race([marked, late]);
  for (const { range, message } of diagnostics) console.log(`${range.start.line + 1}: ${message.split("\n")[0].slice(0, 140)}`);
  for (const [line, word] of MISTAKES) {
    expect(diagnostics.some(({ range, message }) => range.start.line + 1 === line && message.includes(word)), `line ${line} is not marked with ${word}`);
  }
  for (const line of UNMARKED) {
    expect(!diagnostics.some(({ range }) => range.start.line + 1 === line), `line ${line} is marked`);
  }
  const at = (line, character) => ({ textDocument: { uri }, position: { line: line - 1, character } });
  const proposed = async (line, character) => {
    const answer = await connection.sendRequest("textDocument/completion", at(line, character));
    return (answer?.items ?? answer ?? []).map(({ label }) => label);
  };
  const properties = await proposed(10, 8);
  expect(properties.includes("Timeout") && properties.includes("AutoPublishOn"), `of a function these are proposed: ${properties.slice(0, 20)}`);
  const hooks = await proposed(15, 12);
  expect(hooks.includes("PreTraffic"), `in Hooks these are proposed: ${hooks}`);
  const events = await proposed(18, 16);
  expect(events.includes("Schedule"), `of events these are proposed: ${events.slice(0, 20)}`);
  const hover = await connection.sendRequest("textDocument/hover", at(11, 10));
  const said = JSON.stringify(hover?.contents ?? "");
  expect(said.includes("the version and the alias"), `of AutoPublishAlias is said: ${said}`);
  connection.dispose();
} finally {
  process_.kill();
  rmSync(folder, { recursive: true });
}
for (const fault of faults) console.log(fault);
console.log(faults.length ? `${faults.length} faults` : "the editor sees what it should");
process.exit(faults.length ? 1 : 0);
