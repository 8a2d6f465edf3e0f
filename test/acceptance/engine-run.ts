/** `engine-run.ts FOLDER apply|destroy`: what cdkvm does with a stack, as a process of its own. Prints `ready` when it begins. */
import { Engine } from "../../engine/run.ts";

const [folder = "", command] = process.argv.slice(2);
const engine = await Engine.open(folder, { onErrorLine: (line) => console.error(line) });
console.log("ready");
if (command === "destroy") await engine.destroy();
else await engine.apply({ plan: (await engine.plan()).file });
