/** The embedded provider, which here also writes down what it used. */
import "./usage.ts";
import "../../provider/main.ts";
