import { serve } from "../../../provider/protocol/serve.ts";
import { toy } from "./toy.ts";

await serve(toy);
