import { expect } from "vitest";

/** A Kubernetes object. */
export interface Live {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly [field: string]: unknown;
}

/** What is looked at of an object, of whatever kind it is. */
export interface Parts {
  readonly spec: {
    readonly template: {
      readonly metadata: { readonly annotations: object };
      readonly spec: {
        readonly containers: readonly { readonly args: string[]; readonly volumeMounts: object[] }[];
        readonly volumes: readonly {
          readonly name: string;
          readonly projected?: { readonly sources: object[] };
        }[];
        readonly securityContext: object;
      };
    };
  };
  readonly data: Record<string, string>;
  readonly rules: readonly {
    readonly apiGroups: string[];
    readonly resources: string[];
    readonly verbs: string[];
  }[];
}

/** The one object of a kind, of a name if one is given. */
export const one = (objects: readonly Live[], kind: string, name?: string) => {
  const found = objects.filter(
    (object) => object.kind === kind && (name ?? object.metadata.name) === object.metadata.name,
  );
  expect(found).toHaveLength(1);
  return found[0] as unknown as Live & Parts;
};
