import { reportErrors } from "./report-errors.ts";

// `node --import` loads this before a program: a program with a syntax error never loads cdkvm itself
reportErrors();
