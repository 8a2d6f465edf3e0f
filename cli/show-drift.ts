import { applyWords, type Drift, type DriftOfHost, type DriftOfStack, happenedWords, unmanagedWords } from "../drift/index.ts";
import type { Terminal } from "./terminal.ts";

/** Prints what differs, by stack and by host. */
export function showDrift(terminal: Terminal, { stacks, hosts }: Drift): void {
  for (const stack of stacks) showStack(terminal, stack);
  for (const host of hosts) showHost(terminal, host);
}

function showStack(terminal: Terminal, { stack, changed, pending, error }: DriftOfStack): void {
  terminal.say(terminal.style("bold", stack));
  if (error) return terminal.say(`  ${terminal.style("red", "not checked")}: ${error.code ?? ""} ${firstLine(error.problem)}`);
  for (const one of changed ?? []) {
    terminal.say(`  ${terminal.style("magenta", "changed outside cdkvm")} ${one.noun} ${terminal.style("bold", one.name)}  ${one.address}`);
    for (const sentence of one.sentences) terminal.say(`      ${sentence}`);
    for (const happened of one.happened) terminal.say(terminal.style("dim", `      ${happenedWords(happened)}`));
    terminal.say(`      ${applyWords(one)}`);
  }
  for (const { noun, name, sentences, attributes } of pending ?? []) {
    terminal.say(`  ${terminal.style("cyan", "not yet applied")} ${noun} ${terminal.style("bold", name)}`);
    for (const sentence of sentences) terminal.say(`      ${sentence}`);
    if (sentences.length === 0)
      for (const { path, before, after } of attributes) terminal.say(`      ${path}: ${String(before)} → ${String(after)}`);
  }
  if (changed?.length === 0 && pending?.length === 0)
    terminal.say(`  ${terminal.style("green", "no drift: nothing was changed outside cdkvm")}`);
}

function showHost(terminal: Terminal, { uri, unmanaged = [], error }: DriftOfHost): void {
  if (!error && unmanaged.length === 0) return;
  terminal.say(terminal.style("bold", uri));
  if (error) return terminal.say(`  ${terminal.style("red", "not checked")} for unmanaged objects: ${firstLine(error.problem)}`);
  for (const one of unmanaged)
    terminal.say(
      one.usual
        ? terminal.style("dim", `  usual ${unmanagedWords(one)}: libvirt or its tools created it`)
        : `  ${terminal.style("yellow", "unmanaged")} ${unmanagedWords(one)}`,
    );
}

const firstLine = (text: string): string => text.split("\n", 1)[0] ?? "";
