// Package provider describes how Pulumi's tls package maps to HashiCorp's TLS provider.
package provider

import (
	"github.com/hashicorp/terraform-provider-tls/shim"
	pf "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
)

// Name is the name of the Pulumi package.
const Name = "tls"

// Version is the version of @pulumi/tls that the plugin serves, set by the linker.
var Version string

// Info returns the mapping. The metadata is what the schema generator wrote, or an empty JSON object for the generator
// itself.
func Info(metadata []byte) tfbridge.ProviderInfo {
	info := tfbridge.ProviderInfo{
		P:            pf.ShimProvider(shim.NewProvider()),
		Name:         Name,
		Version:      Version,
		MetadataInfo: tfbridge.NewProviderMetadata(metadata),
	}
	info.MustComputeTokens(tokens.SingleModule("tls_", "index", tokens.MakeStandard(Name)))
	return info
}
