import { writeFileSync } from "node:fs";
import { reference, REFERENCE_PAGE } from "./reference";

writeFileSync(REFERENCE_PAGE, reference());
