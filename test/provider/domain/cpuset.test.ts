import { expect, test } from "vitest";
import { cpusOf } from "../../../provider/domain/applying/cpuset.ts";

test.for([
  ["0", [0]],
  ["0-3,^2,8", [0, 1, 3, 8]],
  [" 1 , 3 ", [1, 3]],
  ["", []],
] as const)("the CPUs of %j are %j", ([set, cpus]) => {
  expect(cpusOf(set)).toEqual(cpus);
});
