// Command pulumi-resource-tls is the provider plugin of @pulumi/tls. The build makes the two embedded files with
// pulumi-tfgen-tls and puts them beside this file.
package main

import (
	"context"
	_ "embed"

	"toolchain/pulumi-tls/provider"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"
)

//go:embed schema.json
var schema []byte

//go:embed bridge-metadata.json
var metadata []byte

func main() {
	tfbridge.Main(context.Background(), provider.Name, provider.Info(metadata),
		tfbridge.ProviderMetadata{PackageSchema: schema})
}
