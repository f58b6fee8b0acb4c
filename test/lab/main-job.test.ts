import { afterAll, beforeAll, describe } from "vitest";
import { defaultSpec } from "../../lab";
import { badInputScenario } from "./scenarios/bad-input";
import { deadPeerScenario } from "./scenarios/dead-peer";
import { destroyScenario, takeInventory } from "./scenarios/destroy";
import { httpChartsScenario } from "./scenarios/http-charts";
import { hubAndSpokeScenario } from "./scenarios/hub-and-spoke";
import { interruptedUpScenario } from "./scenarios/interrupted-up";
import { membershipScenario } from "./scenarios/membership";
import { ownershipScenario } from "./scenarios/ownership";
import { podSecurityScenario } from "./scenarios/pod-security";
import { remoteSecretScenario } from "./scenarios/remote-secrets";
import { secrecyScenario } from "./scenarios/secrecy";
import { stabilityScenario } from "./scenarios/stability";
import { trafficScenario } from "./scenarios/traffic";
import { Suite } from "./support/suite";

/** The life of one mesh over three clusters on three networks; each scenario goes on from where the last one ended. */
describe("multi-primary on three networks", () => {
  const suite = new Suite(defaultSpec("test"));
  let before: Record<string, string[]>;

  beforeAll(async () => {
    await suite.start();
    before = takeInventory(suite);
  });
  afterAll(suite.stop);

  describe("bad input", () => badInputScenario(suite));
  describe("an interrupted up", () => interruptedUpScenario(suite));
  describe("traffic", () => trafficScenario(suite));
  describe("stability", () => stabilityScenario(suite));
  describe("secrecy", () => secrecyScenario(suite));
  describe("remote secrets", () => remoteSecretScenario(suite));
  describe("pod security", () => podSecurityScenario(suite));
  describe("hub and spoke", () => hubAndSpokeScenario(suite));
  describe("ownership", () => ownershipScenario(suite));
  describe("membership", () => membershipScenario(suite));
  describe("a dead peer", () => deadPeerScenario(suite));
  describe("charts over HTTP", () => httpChartsScenario(suite));
  describe("destroy", () => destroyScenario(suite, () => before));
});
