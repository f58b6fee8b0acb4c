// Command pulumi-tfgen-tls writes the schema and the bridge metadata that pulumi-resource-tls embeds.
package main

import (
	"toolchain/pulumi-tls/provider"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfgen"
)

func main() {
	tfgen.Main(provider.Name, provider.Info([]byte("{}")))
}
