import { SERVICE_DOMAIN } from "../services/hosts";

/** What of an import tells the host of its objects. */
export interface Imported {
  readonly host: string;
  readonly stub: boolean;
  readonly endpoints: readonly { readonly addressType?: string | undefined }[];
}

/** Whether a host is imported through gateways that have host names. */
export function isByName({ endpoints }: Pick<Imported, "endpoints">): boolean {
  return endpoints.some(({ addressType }) => addressType === "hostname");
}

/**
 * The host under which proxies know what is imported as `host`. DNS endpoints of a host that has a Service vanish: these
 * get a host of their own, and the Service a route to it.
 */
export function importedHost(imported: Imported): string {
  return imported.stub && isByName(imported) ? hostBehindStub(imported.host) : imported.host;
}

/** A host that no Service has and no gateway leads to, since it ends as none of theirs do. */
function hostBehindStub(host: string): string {
  return host.replace(new RegExp(`${SERVICE_DOMAIN}$`), "imports.internal");
}
