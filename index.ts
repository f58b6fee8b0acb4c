import * as pulumi from "@pulumi/pulumi";
import { readMesh } from "./stacks/config";
import { deployMesh } from "./stacks/mesh";

export = deployMesh(readMesh(new pulumi.Config("istio-multicluster")));
