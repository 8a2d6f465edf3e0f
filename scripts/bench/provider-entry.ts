/** The embedded provider, which here also records its resource usage. */
import "./usage.ts";
import "../../provider/main.ts";
