import "./stacks/start";
import * as pulumi from "@pulumi/pulumi";
import { readPart } from "./stacks/config/part";
import { readMesh } from "./stacks/config/read";
import { deployMesh } from "./stacks/mesh/mesh";
import { deployPart } from "./stacks/mesh/split";

const config = new pulumi.Config("istio-multicluster");
const part = readPart(config);

export = part === undefined ? deployMesh(readMesh(config)) : deployPart(part);
