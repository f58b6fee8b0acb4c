import type { CoreV1Api, V1Service } from "@kubernetes/client-node";
import { describe, expect, it, vi } from "vitest";
import { corefile } from "../../../lab/clusters/dns";
import { LoadBalancerController, type LoadBalancerOptions } from "../../../lab/load-balancer/controller";
import { cgroupHierarchies } from "../../../lab/nodes/cgroups";

describe("control groups", () => {
  it("of a hybrid machine are all of version 1, and version 2 beside them", () => {
    const mountInfo = `23 1 254:0 / / rw,relatime - ext4 /dev/vda rw
31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu
34 31 0:31 / /sys/fs/cgroup/cpuset rw,relatime - cgroup cgroup rw,cpuset
40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,name=systemd
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
`;
    expect(cgroupHierarchies(mountInfo)).toEqual([
      { version: 1, mountPoint: "/sys/fs/cgroup/cpu", controllers: ["cpu"] },
      { version: 1, mountPoint: "/sys/fs/cgroup/cpuset", controllers: ["cpuset"] },
      { version: 1, mountPoint: "/sys/fs/cgroup/systemd", controllers: ["name=systemd"] },
      { version: 2, mountPoint: "/sys/fs/cgroup/unified", controllers: [] },
    ]);
  });

  it("of a machine with version 1 may share a hierarchy, and be mounted with options between", () => {
    const mountInfo = `33 25 0:29 / /sys/fs/cgroup/systemd rw,nosuid shared:11 - cgroup cgroup rw,xattr,name=systemd
36 25 0:32 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid,nodev shared:16 master:4 - cgroup cgroup rw,cpu,cpuacct
`;
    expect(cgroupHierarchies(mountInfo)[1]).toEqual({
      version: 1,
      mountPoint: "/sys/fs/cgroup/cpu,cpuacct",
      controllers: ["cpu", "cpuacct"],
    });
  });

  it("of a machine with version 2 are one hierarchy", () => {
    const mountInfo = `35 24 0:30 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot
`;
    expect(cgroupHierarchies(mountInfo)).toEqual([
      { version: 2, mountPoint: "/sys/fs/cgroup", controllers: [] },
    ]);
  });
});

describe("load balancers", () => {
  const service = (uid: string, changes: Partial<V1Service["metadata"]> = {}, ip?: string): V1Service => ({
    metadata: { name: uid, namespace: "shop", uid, ...changes },
    spec: { type: "LoadBalancer" },
    status: { loadBalancer: ip === undefined ? {} : { ingress: [{ ip }] } },
  });

  /** What the controller has written, as `service address`, in this order. */
  function start(options: LoadBalancerOptions = {}) {
    const written: string[] = [];
    const patchNamespacedServiceStatus = async ({ name, body }: { name: string; body: V1Service }) => {
      const [{ ip, hostname } = {}] = body.status?.loadBalancer?.ingress ?? [];
      written.push(`${name} ${ip ?? hostname}`);
    };
    const patchNamespacedService = async () => {};
    const core = { patchNamespacedServiceStatus, patchNamespacedService } as unknown as CoreV1Api;
    return { controller: new LoadBalancerController(core, "198.18.1.0/24", options), written };
  }

  it("get addresses of their own, which stay however often the Service changes", async () => {
    const { controller, written } = start();
    controller.reconcile(service("a"));
    controller.reconcile(service("b"));
    controller.reconcile(service("a", { labels: { x: "y" } }, "198.18.1.10"));
    await vi.waitFor(() => expect(written).toEqual(["a 198.18.1.10", "b 198.18.1.11"]));
  });

  it("keep the addresses that they had before the controller began", async () => {
    const { controller, written } = start();
    controller.adopt(service("old", {}, "198.18.1.10"));
    controller.reconcile(service("new"));
    controller.reconcile(service("old", {}, "198.18.1.10"));
    await vi.waitFor(() => expect(written).toEqual(["new 198.18.1.11"]));
  });

  it("move when an annotation of their cloud changes, and only then", async () => {
    const { controller, written } = start();
    const internal = { "service.beta.kubernetes.io/azure-load-balancer-internal": "true" };
    controller.reconcile(service("a"));
    controller.reconcile(service("a", { annotations: { "example.com/other": "1" } }));
    controller.reconcile(service("a", { annotations: internal }));
    await vi.waitFor(() => expect(written).toHaveLength(2));
    expect(written.at(-1)).toBe("a 198.18.1.11");
  });

  it("have a host name on clouds that give one, which CoreDNS can resolve", async () => {
    const { controller, written } = start({ hostNames: true });
    controller.reconcile(service("a"));
    await vi.waitFor(() => expect(written).toEqual(["a 198-18-1-10.lb.lab"]));
    const pattern = /match (\S+)/.exec(corefile("/kubeconfig", "10.1.0.1"))?.[1] ?? "";
    expect(new RegExp(pattern).exec("198-18-1-10.lb.lab.")?.slice(1)).toEqual(["198", "18", "1", "10"]);
  });

  it("come late on clouds that take their time", async () => {
    const { controller, written } = start({ delaySeconds: 0.2 });
    controller.reconcile(service("a"));
    expect(written).toEqual([]);
    await vi.waitFor(() => expect(written).toEqual(["a 198.18.1.10"]));
  });

  it("go with their Service", async () => {
    const { controller, written } = start({ delaySeconds: 0.1 });
    controller.reconcile(service("a"));
    controller.release(service("a"));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(written).toEqual([]);
  });
});
