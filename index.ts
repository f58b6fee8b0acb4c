import "./stacks/start";
import * as pulumi from "@pulumi/pulumi";
import { readMesh } from "./stacks/config/read";
import { deployMesh } from "./stacks/mesh/mesh";

export = deployMesh(readMesh(new pulumi.Config("istio-multicluster")));
