import { getAvailabilityZonesOutput } from "@pulumi/aws/getAvailabilityZones";
import { InternetGateway, Route, RouteTable, RouteTableAssociation, Subnet, Vpc } from "@pulumi/aws/ec2";
import { AuthenticationMode, Cluster } from "@pulumi/eks";

/**
 * An EKS cluster in Auto Mode, which brings nodes and network load balancers without a controller to install.
 *
 * @returns how to reach it, and the endpoint, which a cluster that replaces it does not have
 */
export function eksCluster(name: string, cidrPrefix: string) {
  const { vpc, subnets } = publicNetwork(name, cidrPrefix);
  const cluster = new Cluster(`${name}-cluster`, {
    authenticationMode: AuthenticationMode.Api,
    vpcId: vpc.id,
    publicSubnetIds: subnets.map(({ id }) => id),
    autoMode: { enabled: true },
  });
  return { kubeconfig: cluster.kubeconfigJson, identity: cluster.eksCluster.endpoint };
}

/** A VPC with a public subnet in each of two zones, tagged so that load balancers find them. */
function publicNetwork(name: string, cidrPrefix: string) {
  const vpc = new Vpc(name, { cidrBlock: `${cidrPrefix}.0.0/16`, enableDnsHostnames: true });
  const gateway = new InternetGateway(name, { vpcId: vpc.id });
  const routes = new RouteTable(name, { vpcId: vpc.id });
  new Route(name, { routeTableId: routes.id, destinationCidrBlock: "0.0.0.0/0", gatewayId: gateway.id });
  const zones = getAvailabilityZonesOutput({ state: "available" }).names;
  const subnets = [0, 1].map((index) => {
    const subnet = new Subnet(`${name}-${index}`, {
      vpcId: vpc.id,
      cidrBlock: `${cidrPrefix}.${index * 64}.0/18`,
      availabilityZone: zones.apply((all) => all[index] ?? ""),
      mapPublicIpOnLaunch: true,
      tags: { "kubernetes.io/role/elb": "1" },
    });
    new RouteTableAssociation(`${name}-${index}`, { subnetId: subnet.id, routeTableId: routes.id });
    return subnet;
  });
  return { vpc, subnets };
}
