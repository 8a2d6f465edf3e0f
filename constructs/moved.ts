import { TerraformElement, TerraformResource, TerraformStack } from "#cdktf";
import type { IConstruct, Node } from "constructs";
import { moveError } from "./errors.ts";

/** A construct whose path has changed: Terraform's `moved { from, to }`, for everything in it. */
export interface Move {
  /** Its old path below the stack: `web1`, `rack1/web1`. */
  readonly from: string;
  /** Its new path. */
  readonly to: string;
}

type ConstructPath = readonly string[];

const moving = ({ from, to }: Move): string => `move ${from} to ${to}`;

const split = (path: string): ConstructPath => path.split("/").filter((id) => id !== "");

const idsBelow = (stack: TerraformStack, construct: IConstruct): ConstructPath => {
  const { scopes } = construct.node;
  return scopes.slice(scopes.indexOf(stack) + 1).map((scope) => scope.node.id);
};

const find = (stack: TerraformStack, path: ConstructPath): IConstruct | undefined =>
  path.reduce<IConstruct | undefined>((here, id) => here?.node.tryFindChild(id), stack);

const registers = new WeakMap<TerraformStack, Moves>();

/** The moves of a stack; writes a `moved` block for each affected resource. */
class Moves extends TerraformElement {
  readonly #all: { readonly move: Move; readonly from: ConstructPath; readonly to: ConstructPath }[] = [];

  static of(stack: TerraformStack): Moves {
    const found = registers.get(stack) ?? new Moves(stack, "moved");
    registers.set(stack, found);
    return found;
  }

  add(move: Move): void {
    const [from, to] = [split(move.from), split(move.to)];
    const doing = moving(move);
    if (from.length === 0 || to.length === 0) throw moveError.emptyPath(doing);
    if (from.join("/") === to.join("/")) throw moveError.samePath(doing);
    if (find(this.cdktfStack, to)) throw moveError.late(doing, move.to);
    if (this.#all.some((other) => other.to.join("/") === to.join("/"))) throw moveError.sameTarget(doing, move.to);
    this.#all.push({ move, from, to });
  }

  /** The earlier paths of a path, newest first. */
  before(path: ConstructPath): ConstructPath[] {
    const found: ConstructPath[] = [];
    for (let here: ConstructPath | undefined = path; (here = this.#step(here)) && found.length < this.#all.length;) found.push(here);
    return found;
  }

  #step(path: ConstructPath): ConstructPath | undefined {
    const reaching = this.#all.filter(({ to }) => to.every((id, index) => path[index] === id));
    const nearest = reaching.toSorted((a, b) => b.to.length - a.to.length)[0];
    return nearest && [...nearest.from, ...path.slice(nearest.to.length)];
  }

  override toTerraform(): { moved?: Move[] } {
    const stack = this.cdktfStack;
    for (const { move, from } of this.#all) {
      if (find(stack, from) && !this.#all.some(({ to }) => to.join("/") === from.join("/")))
        throw moveError.fromExists(moving(move), move.from);
    }
    const resources = stack.node.findAll().filter((one) => TerraformResource.isTerraformResource(one));
    const moved = resources.flatMap((resource) => {
      const path = idsBelow(stack, resource);
      const addresses = [path, ...this.before(path)].map((ids) => `${resource.terraformResourceType}.${logicalId(stack, ids)}`);
      return addresses.slice(1).map((from, index) => ({ from, to: addresses[index] ?? "" }));
    });
    return moved.length === 0 ? {} : { moved };
  }
}

/** The id of a resource at this path, now or formerly. */
const logicalId = (stack: TerraformStack, ids: ConstructPath): string =>
  stack.getLogicalId({ scopes: [stack, ...ids.map((id) => ({ node: { id } }))] } as unknown as Node);

export const declareMove = (stack: TerraformStack, move: Move): void => Moves.of(stack).add(move);

/** Ids below the stack, or below the app for a construct outside any stack; for a moved construct, its first ids. */
export function identityOf(construct: IConstruct): ConstructPath {
  const stack = construct.node.scopes.findLast((scope) => TerraformStack.isStack(scope));
  if (stack === undefined) return construct.node.scopes.slice(1).map((scope) => scope.node.id);
  const path = idsBelow(stack, construct);
  return registers.get(stack)?.before(path).at(-1) ?? path;
}

/** The construct's path from the app, with its identity instead of its current position. */
export function identityPath(construct: IConstruct): string {
  const stack = construct.node.scopes.findLast((scope) => TerraformStack.isStack(scope));
  return stack === undefined ? construct.node.path : [stack.node.path, ...identityOf(construct)].join("/");
}
