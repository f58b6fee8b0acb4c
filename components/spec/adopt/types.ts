/** What of a cluster can exist before it joins the mesh, and stays somebody else's. */
export type Adoptable = "namespace" | "crds" | "cacerts" | "istiod";
