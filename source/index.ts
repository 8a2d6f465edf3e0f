export { yamlFault } from "./faults.ts";
export { Lookup } from "./lookup.ts";
export { type Part, rangeAt } from "./position.ts";
export { structureFaults, syntaxProblems } from "./syntax.ts";
export { SourceText } from "./text.ts";
export { wordsInFile } from "./words.ts";
export { YamlFile } from "./yaml-file.ts";
