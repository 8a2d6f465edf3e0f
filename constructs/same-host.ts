import { TerraformStack } from "#cdktf";
import { Construct, type IConstruct } from "constructs";
import { otherHost } from "./errors.ts";
import { settingsOf } from "./host-settings.ts";

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
  if (here === there) return;
  const [uri, other] = [settingsOf(here).uri, settingsOf(there).uri];
  if (uri !== other) throw otherHost(what, prop, used.node.path, [other, uri], here.node.path);
}
