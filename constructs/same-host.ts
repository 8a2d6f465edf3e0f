import { TerraformStack } from "#cdktf";
import { Construct, type IConstruct } from "constructs";
import { CdkvmError } from "../model/errors.ts";
import { hostOf } from "./host.ts";

/**
 * Requires that what a construct uses is on its host: libvirt finds networks, pools and volumes by name, and elsewhere that
 * means something else, or nothing. Stacks of a host may share them.
 *
 * @param prop where it was given: `networks`
 * @throws CDKVM_OTHER_HOST
 */
export function expectSameHost(user: IConstruct, what: string, prop: string, used: unknown): void {
  if (!Construct.isConstruct(used)) return;
  const [here, there] = [TerraformStack.of(user), TerraformStack.of(used)];
  if (here === there || hostOf(user).uri === hostOf(used).uri) return;
  const noun = used.constructor.name;
  throw new CdkvmError({
    code: "CDKVM_OTHER_HOST",
    doing: what,
    problem: `${prop}: ${noun} ${used.node.path} is on ${hostOf(used).uri}, and this is on ${hostOf(user).uri}`,
    fix: `make a ${noun} in the stack ${here.node.path} too, and use that one`,
  });
}
