import fc from "fast-check";

/** Properties are tried on the same examples at each run: what fails is then the fault of the change that it comes with. */
fc.configureGlobal({ seed: 20_261_124 });
