import type { MeshSpec, Problem } from "../types";
import { secondsOf } from "./durations";
import { spireTimes } from "./plan";

const PATH = "identity.spire";

/** SPIRE is installed in a way that works, or is others' alone. */
export function settingsOfSpire(spec: MeshSpec): Problem[] {
  return spec.identity?.spire?.existing === undefined
    ? [...upstream(spec), ...times(spec)]
    : installedByOthers(spec);
}

/** What others installed is neither set up nor signed for here. */
function installedByOthers({ identity }: MeshSpec): Problem[] {
  const { existing, ...settings } = identity?.spire ?? {};
  const socket = existing?.socketFile;
  return [
    ...Object.entries(settings)
      .filter(([, value]) => value !== undefined)
      .map(([key]) => ({
        path: `${PATH}.${key}`,
        message: "has no effect on SPIRE that others installed; remove it, or existing",
      })),
    ...(socket === "socket"
      ? [
          {
            path: `${PATH}.existing.socketFile`,
            message:
              "is socket, and a proxy that does not find that one takes a certificate of istiod without a word; give the agents' socket another name, such as spire-agent.sock",
          },
        ]
      : []),
    ...(socket !== undefined && !/^[\w.-]+$/.test(socket)
      ? [
          {
            path: `${PATH}.existing.socketFile`,
            message: `"${socket}" is no file name; give that of the socket, without its folder`,
          },
        ]
      : []),
  ];
}

function upstream({ identity }: MeshSpec): Problem[] {
  const { issuer, kind, group, secret, rootEpoch } = identity?.spire?.upstream ?? {};
  const path = `${PATH}.upstream`;
  const alone = (key: string, value: unknown, needed: boolean, reason: string): Problem[] =>
    value === undefined || needed
      ? []
      : [{ path: `${path}.${key}`, message: `has no effect ${reason}; remove it` }];
  return [
    ...(issuer !== undefined && secret !== undefined
      ? [{ path, message: "has both issuer and secret; remove one of them" }]
      : []),
    ...alone("kind", kind, issuer !== undefined, "without issuer"),
    ...alone("group", group, issuer !== undefined, "without issuer"),
    ...alone(
      "rootEpoch",
      rootEpoch,
      issuer === undefined && secret === undefined,
      "on a root that is not made by the program",
    ),
  ];
}

function times({ identity }: MeshSpec): Problem[] {
  const { caTtl, svidTtl, refreshHint } = spireTimes(identity?.spire);
  const [ca, svid, hint] = [caTtl, svidTtl, refreshHint].map(secondsOf);
  if (ca === undefined || svid === undefined || hint === undefined) {
    return Object.entries({ caTtl, svidTtl, refreshHint })
      .filter(([, text]) => secondsOf(text) === undefined)
      .map(([key, text]) => ({
        path: `${PATH}.${key}`,
        message: `"${text}" is no duration; use a whole number with h, m or s, such as 24h`,
      }));
  }
  return [
    ...(hint < 60
      ? [
          {
            path: `${PATH}.refreshHint`,
            message: `is ${refreshHint}; SPIRE asks at most once a minute, so use 1m or more`,
          },
        ]
      : []),
    ...(ca < 3 * hint
      ? [
          {
            path: `${PATH}.caTtl`,
            message: `is ${caTtl}, so a CA under a new root would sign before other trust domains have heard of that root, which takes up to ${refreshHint} (refreshHint); use at least three times as much, or lower that`,
          },
        ]
      : []),
    ...(svid > ca / 6
      ? [
          {
            path: `${PATH}.svidTtl`,
            message: `is ${svidTtl}, but a CA signs until a sixth of its life (caTtl, ${caTtl}) is left, and nothing outlives it; use at most a sixth of that, or raise it`,
          },
        ]
      : []),
  ];
}
