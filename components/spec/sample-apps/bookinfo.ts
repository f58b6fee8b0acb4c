/** The services of Istio's bookinfo; the first one calls the others. */
export const BOOKINFO_SERVICES = ["productpage", "details", "reviews", "ratings"] as const;

/** Its workloads, each a service with its version. */
export const BOOKINFO_WORKLOADS: readonly string[] = [
  "productpage-v1",
  "details-v1",
  "reviews-v1",
  "reviews-v2",
  "reviews-v3",
  "ratings-v1",
];
