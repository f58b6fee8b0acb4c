// Package v2 registers the resources of the components that the plugin itself constructs: ConfigFile, ConfigGroup,
// Directory and Chart v4.
package v2

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Nothing reads its properties, so it is of no type of its own.
type resource struct{ pulumi.CustomResourceState }

// RegisterResource registers a manifest under the type that the generated SDK gives its kind.
func RegisterResource(ctx *pulumi.Context, apiVersion, kind, name string, manifest pulumi.Input,
	opts ...pulumi.ResourceOption) (pulumi.CustomResource, error) {
	if apiVersion == "v1" {
		apiVersion = "core/v1"
	}
	res := &resource{}
	if err := ctx.RegisterResource(fmt.Sprintf("kubernetes:%s:%s", apiVersion, kind), name, manifest, res, opts...); err != nil {
		return nil, err
	}
	return res, nil
}
