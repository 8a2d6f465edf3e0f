import { TerraformStack, Token } from "#cdktf";
import type { IConstruct } from "constructs";
import { macAddress, macFor } from "../model/mac.ts";
import { nameFor, shortHash } from "../model/name.ts";
import { nameError } from "./errors.ts";
import { identityOf, identityPath } from "./moved.ts";

/** The path below the stack from which a construct's names are derived, without the default ids of single children. */
export const pathBelowStack = (construct: IConstruct): string[] =>
  identityOf(construct).filter((id) => id !== "Default" && id !== "Resource");

const claimed = new WeakMap<TerraformStack, Map<string, string>>();

/**
 * The construct's name on the host: the given name, or one derived from its path below the stack, the same at each synth.
 *
 * @param noun names with the same noun are unique within a stack
 * @throws CdkvmError if two constructs of a stack are given the same name
 */
export function claimName(
  construct: IConstruct,
  noun: string,
  options: {
    readonly given?: string | undefined;
    readonly ending?: string;
    readonly stack?: TerraformStack;
    readonly within?: string;
  } = {},
): string {
  const { given, ending = "", stack = TerraformStack.of(construct), within = "" } = options;
  if (given !== undefined && Token.isUnresolved(given)) return given;
  let names = claimed.get(stack);
  if (!names) claimed.set(stack, (names = new Map()));
  const path = construct.node.path;
  const key = (name: string): string => `${noun}\0${within}\0${name}`;
  if (given !== undefined) {
    const other = names.get(key(given));
    if (other !== undefined && other !== path) throw nameError.taken(`${noun} ${path}`, given, other);
    names.set(key(given), path);
    return given;
  }
  const derived = nameFor(pathBelowStack(construct));
  const name = names.has(key(derived + ending)) ? `${derived}-${shortHash(identityPath(construct))}${ending}` : derived + ending;
  names.set(key(name), path);
  return name;
}

interface MacOwner {
  readonly path: string;
  /** The seed of a derived address. */
  readonly seed?: string;
}
const macs = new WeakMap<IConstruct, Map<string, MacOwner>>();

function macsOf({ node: { root } }: IConstruct): Map<string, MacOwner> {
  const taken = macs.get(root) ?? new Map<string, MacOwner>();
  macs.set(root, taken);
  return taken;
}

/** A MAC address derived from a seed, unique within the app. */
export function claimMac(construct: IConstruct, ...parts: string[]): string {
  const taken = macsOf(construct);
  const seed = parts.join("\0");
  for (let attempt = 0; ; attempt++) {
    const mac = attempt === 0 ? macFor(...parts) : macFor(...parts, String(attempt));
    const other = taken.get(mac);
    if (other === undefined || other.seed === seed) {
      taken.set(mac, { path: construct.node.path, seed });
      return mac;
    }
  }
}

/**
 * A MAC address given by the program, in libvirt's spelling.
 * @throws CDKVM_MAC_TAKEN if another interface of the app has it: guests move between hosts, and networks span them
 */
export function takeMac(construct: IConstruct, what: string, given: string): string {
  const taken = macsOf(construct);
  const mac = macAddress(given);
  const other = taken.get(mac);
  if (other !== undefined)
    throw nameError.macTaken(what, mac, other.path === construct.node.path ? "another interface of this guest" : `VM ${other.path}`);
  taken.set(mac, { path: construct.node.path });
  return mac;
}
