// Command pulumi-resource-kubernetes is the provider plugin of @pulumi/kubernetes.
//
// The module's own main package embeds two files that its repository does not hold. This one embeds the files they
// are made from; the build puts them beside it: schema.json (with its version set) and terraform-mapping.json.
package main

import (
	_ "embed"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/version"
)

//go:embed schema.json
var schema []byte

//go:embed terraform-mapping.json
var terraformMapping []byte

func main() {
	provider.Serve("kubernetes", version.Version, schema, terraformMapping)
}
