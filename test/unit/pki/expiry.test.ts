import { describe, expect, test } from "vitest";
import { expiryText } from "../../../components/pki/expiry";

const END = "2026-06-30T12:00:00Z";
const NOTICE = { what: "the intermediate CA of cluster1", mend: "raise intermediateEpoch" };
const on = (time: string) => expiryText(END, Date.parse(time), 30, NOTICE);

describe("of a certificate's end", () => {
  test.each([
    ["nothing is said while it is far", "2026-05-31T11:59:59Z", undefined],
    ["is told from the set number of days before", "2026-05-31T12:00:00Z", "expires in 30 days, on"],
    ["is told until the last moment", "2026-06-30T11:59:59Z", "expires in 0 days, on"],
    ["is told when it is there", "2026-06-30T12:00:00Z", "expired on"],
  ])("%s", (_, now, when) => {
    expect(on(now)).toBe(when && `the intermediate CA of cluster1 ${when} ${END}; raise intermediateEpoch`);
  });
});
