import { type Changed, changedIn, type DriftOfHost, type Pending, pendingIn, type StateOfStack, unmanagedOf } from "../drift/index.ts";
import { withLibvirt } from "./connect.ts";
import { errorData } from "./error-data.ts";
import { type HostInventory, inventoryOf, urisOf } from "./inventory.ts";
import { eachLimited, stacksAtOnce } from "./limit.ts";
import { type PlannedStack, planStacks } from "./plan-stacks.ts";
import { openEngine, type Session } from "./session.ts";
import type { StackRun } from "./stack-run.ts";
import type { Stack } from "./stack.ts";

/** A stack that was checked. */
export interface CheckedStack {
  readonly plan: PlannedStack;
  readonly drift: { readonly changed: Changed[]; readonly pending: Pending[] };
}

export interface DriftOptions {
  readonly parallelism: number | undefined;
  readonly lockTimeout: number;
}

/** Plans the stacks and lists their hosts, all at once. A stack or host that cannot be checked hides no other. */
export async function driftOfStacks(
  { terminal, all, stacks }: Session,
  run: StackRun<CheckedStack>,
  options: DriftOptions,
): Promise<readonly DriftOfHost[]> {
  const uris = [...new Set(stacks.flatMap(urisOf))];
  const inventories = new Map<string, HostInventory | Error>();
  const [plans] = await Promise.all([
    planStacks(terminal, run, stacks, options),
    eachLimited(uris, stacksAtOnce(), async (uri) => {
      inventories.set(uri, await withLibvirt(uri, inventoryOf).catch((error: Error) => error));
    }),
  ]);
  for (const plan of plans) {
    const inventory = urisOf(plan.stack).flatMap((uri) => inventories.get(uri) ?? []);
    const guests = new Map(inventory.flatMap((one) => (one instanceof Error ? [] : [...one.states])));
    run.done(plan.stack, { plan, drift: { changed: [...changedIn(plan.review, guests)], pending: [...pendingIn(plan.review)] } });
  }
  const states = new Map<string, Promise<StateOfStack>>();
  const stateOf = async (stack: Stack): Promise<StateOfStack> => {
    const engine = plans.find((plan) => plan.stack === stack)?.engine ?? (await openEngine(stack, terminal));
    return (await engine.statePull()) ?? { resources: [] };
  };
  return await Promise.all(
    uris.map(async (uri): Promise<DriftOfHost> => {
      const on = all.filter((stack) => urisOf(stack).includes(uri));
      const about = { uri, stacks: on.map(({ name }) => name) };
      const inventory = inventories.get(uri);
      try {
        if (inventory === undefined || inventory instanceof Error) throw inventory;
        const known = await Promise.all(on.map((stack) => remembered(states, stack.name, () => stateOf(stack))));
        return { ...about, unmanaged: [...unmanagedOf(inventory, known)] };
      } catch (error) {
        return { ...about, error: errorData(error) };
      }
    }),
  );
}

/** The value of a key, made once. */
function remembered<T>(values: Map<string, T>, key: string, make: () => T): T {
  const value = values.get(key) ?? make();
  values.set(key, value);
  return value;
}
