import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { withLabLock } from "../../lab/lock";
import {
  isMapped,
  noNamespacesMessage,
  oneUserMessage,
  subordinateIdMends,
  subordinateRange,
} from "../../lab/rootless-limits";

const user = { name: "ann", id: 1000 };

describe("subordinate IDs", () => {
  test.each([
    ["by name", "bob:100000:65536\nann:165536:65536\n", { first: 165536, count: 65536 }],
    ["by ID", "1000:165536:65536\n", { first: 165536, count: 65536 }],
    ["but not a range too small", "ann:100000:1000\nann:200000:65536\n", { first: 200000, count: 65536 }],
    ["but not another user's", "anna:100000:65536\n10001:165536:65536\n", undefined],
    ["but not out of nothing", "", undefined],
  ])("are found %s", (_, content, range) => {
    expect(subordinateRange(content, user)).toEqual(range);
  });

  test("need nothing where all is there", () => {
    const both = "ann:100000:65536\n";
    expect(subordinateIdMends({ subuid: both, subgid: both, hasMappers: true }, user)).toEqual([]);
  });

  test("of a new user come from behind those of all others", () => {
    const taken = "bob:165536:65536\n# a comment\ncat:100000:65536\n";
    expect(subordinateIdMends({ subuid: taken, subgid: "", hasMappers: false }, user)).toEqual([
      "sudo apt-get install uidmap",
      "sudo usermod --add-subuids 231072-296607 --add-subgids 100000-165535 ann",
    ]);
  });

  test.each([
    ["all of the machine's", "         0          0 4294967295\n", true],
    ["the user's own and its subordinates", "0 1000 1\n1 100000 65536\n", true],
    ["the user's own", "0 1000 1\n", false],
  ])("are told from %s", (_, map, mapped) => {
    expect(isMapped(map, 1337)).toBe(mapped);
    expect(isMapped(map, 0)).toBe(true);
  });
});

describe("what the machine lacks", () => {
  test("is named with the commands that mend it", () => {
    expect(oneUserMessage(["sudo apt-get install uidmap"])).toMatch(
      /no\npods[^]*\n {2}sudo apt-get install uidmap\nthen take the labs down/,
    );
  });

  test("is named as such where only a new start is missing", () => {
    expect(oneUserMessage([])).toMatch(/For the whole lab:\ntake the labs down/);
  });

  test("is the setting that forbids user namespaces", () => {
    const settings = {
      "kernel/unprivileged_userns_clone": "1\n",
      "kernel/apparmor_restrict_unprivileged_userns": "1\n",
      "user/max_user_namespaces": "0\n",
    };
    const message = noNamespacesMessage(settings, "unshare: unshare failed: Operation not permitted\n");
    expect(message).toContain("unshare failed: Operation not permitted");
    expect(message.match(/sysctl --write (\S+)/g)).toEqual([
      "sysctl --write kernel.apparmor_restrict_unprivileged_userns=0",
      "sysctl --write user.max_user_namespaces=15000",
    ]);
  });

  test("is root where no setting is to blame", () => {
    expect(noNamespacesMessage({}, "unshare: refused")).toMatch(/sudo -E.*--privileged/);
  });
});

describe("the lock of a lab", () => {
  test("lets one action at a time change a lab, and names it to the other", async () => {
    await withLabLock("test-lock", async () => {
      await expect(withLabLock("test-lock", async () => {})).rejects.toThrow(
        `Lab test-lock is being changed by process ${process.pid} (`,
      );
      await withLabLock("test-lock-other", async () => {});
    });
    await withLabLock("test-lock", async () => {});
  });

  test("is free once the process that held it was killed", async () => {
    const hold = `require("net").createServer().listen("\\0istio-multicluster.lab.test-killed", () => console.log())`;
    const child = spawn(process.execPath, ["--eval", hold], { stdio: ["ignore", "pipe", "inherit"] });
    await once(child.stdout, "data");
    child.kill("SIGKILL");
    await expect(withLabLock("test-killed", async () => "free")).resolves.toBe("free");
  });
});
